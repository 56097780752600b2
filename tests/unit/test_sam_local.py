"""What `make sam-local` hands to sam."""

import tomllib
from pathlib import Path

from local.options import sam_local_options
from local.sam_local import BUILT, ENV_VARS, PARAMETERS, Repeats, sam_environ, without_formatting


def test_sam_gets_no_credentials_and_keeps_the_rest() -> None:
    environ = {"PATH": "/bin", "DOCKER_HOST": "unix:///d", "AWS_PROFILE": "mine", "AWS_SECRET_ACCESS_KEY": "secret"}

    given = sam_environ(environ)

    assert given["PATH"] == "/bin"
    assert given["DOCKER_HOST"] == "unix:///d"
    assert "mine" not in given.values()
    assert "secret" not in given.values()
    assert given["AWS_SHARED_CREDENTIALS_FILE"] == given["AWS_CONFIG_FILE"] == "/dev/null"


def test_samconfig_names_the_files_that_are_written(root: Path) -> None:
    config = tomllib.loads((root / "samconfig.toml").read_text())
    sections = {name: section["parameters"] for name, section in config["local"].items()}

    assert set(sections) == {"build", "local_start_api", "local_invoke"}
    assert sections["build"]["build_dir"] == str(BUILT)
    assert {section["parameter_overrides"] for section in sections.values()} == {f"file://{PARAMETERS}"}
    for name in ("local_start_api", "local_invoke"):
        assert sections[name]["template_file"] == str(BUILT / "template.yaml")
        assert sections[name]["env_vars"] == str(ENV_VARS)


def test_the_deploy_build_shares_no_folder_with_it(root: Path) -> None:
    config = tomllib.loads((root / "samconfig.toml").read_text())
    build = config["local"]["build"]["parameters"]

    default = {"build_dir": ".aws-sam/build", "cache_dir": ".aws-sam/cache"}  # sam's own, where nothing else is said
    deployed = {**default, **config["default"]["build"]["parameters"]}
    assert not {build["build_dir"], build["cache_dir"]} & {deployed["build_dir"], deployed["cache_dir"]}


def test_a_port_is_all_there_is_to_say() -> None:
    assert sam_local_options(["--port", "3001"]).port == 3001
    assert sam_local_options([]).port == 3000


def test_a_line_of_a_function_is_shown_once() -> None:
    start = "START RequestId: 6f2a1c5e-0a57-4d5e-9c1d-6a3f0f1f8a11 Version: $LATEST\n"
    record = '{"timestamp": "2026-11-20T22:30:00Z", "level": "INFO", "message": "captured"}\n'
    other = start.replace("8a11", "8a12")
    repeats = Repeats()

    lines = [
        start,
        record,
        start,
        record,
        other,
        "Invoking api.app.handler\n",
        "Invoking api.app.handler\n",
        "\n",
        "\n",
    ]

    assert [line for line in lines if not repeats.is_one(line)] == [start, record, other, *lines[5:]]


def test_colours_and_tabs_of_sam_are_not_shown_as_escapes() -> None:
    report = "REPORT RequestId: 6f2a\tDuration: 87.39 ms\tMemory Size: 1024 MB\t\n"
    coloured = '[29/Nov/2026 07:02:39] "\x1b[31m\x1b[1mGET /api/nope HTTP/1.1\x1b[0m" 403 -\n'

    assert without_formatting(report) == "REPORT RequestId: 6f2a  Duration: 87.39 ms  Memory Size: 1024 MB"
    assert without_formatting(coloured) == '[29/Nov/2026 07:02:39] "GET /api/nope HTTP/1.1" 403 -'
