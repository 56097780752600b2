"""What api.app may load before its first answer: named, not timed."""

import json
import subprocess
import sys
from pathlib import Path

HEAVY = {"pydantic", "yaml", "holidays", "requests", "bs4", "lxml", "moto", "jsonschema", "extract", "transform"}
LATER = {"etf_analytics", "aws_lambda_powertools", "xlsxwriter"}
"""Loaded by the first question that needs them."""


def test_the_api_loads_nothing_heavy_before_its_first_answer() -> None:
    script = (
        "import api.app, sys, json\n"
        "api.app.create({'LAKE_BUCKET': 'bucket', 'AWS_ENDPOINT_URL_S3': 'http://127.0.0.1:9'})\n"
        "print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    )
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)  # noqa: S603 - ours
    assert (HEAVY | LATER).isdisjoint(json.loads(loaded.stdout))


def test_the_analytics_load_nothing_but_themselves_and_the_codes() -> None:
    script = (
        "import sys, json\n"
        "before = set(sys.modules)\n"
        "import etf_analytics\n"
        "[getattr(etf_analytics, name) for name in etf_analytics.__all__]\n"
        "names = set(sys.modules) - before\n"
        "print(json.dumps(sorted(name for name in names if name.partition('.')[0] not in sys.stdlib_module_names)))"
    )
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)  # noqa: S603 - this interpreter
    own = [name for name in json.loads(loaded.stdout) if name.partition(".")[0] != "etf_analytics"]
    assert own == ["etf_common", "etf_common.codes"]


def test_the_public_face_of_the_analytics_loads_nothing_by_itself() -> None:
    script = (
        "import sys, json\n"
        "import etf_analytics\n"
        "print(json.dumps([name for name in sys.modules if name.startswith('etf_analytics.')]))"
    )
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)  # noqa: S603 - this interpreter
    assert json.loads(loaded.stdout) == []


def test_no_command_and_no_api_loads_duckdb_before_there_is_a_table_to_build(root: Path) -> None:
    script = (
        "import sys, json\n"
        "import api.app, local.commands, local.system, transform.sweep, extract.dispatch\n"
        "print(json.dumps([name for name in sys.modules if name.partition('.')[0] in {'duckdb', 'tables'}]))"
    )
    loaded = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True)  # noqa: S603 - this interpreter
    assert json.loads(loaded.stdout) == []
