"""What is installed is what was locked; the security scan is on, each exception with its reason; no secret is kept."""

import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tools.audit import main as audit
from tools.audit import verdict

LOCKS = ("requirements/dev.txt", "requirements/run.txt", "layers/common/requirements.txt")
TABLES_LOCK = "layers/tables/requirements.txt"
CHARTS_LOCK = "requirements/charts.txt"
_PIN = re.compile(r"(?P<name>[a-z0-9][a-z0-9-]*)(?:\[[a-z0-9, -]+\])?==(?P<version>[0-9][\w.+!]*)(?: ; [^@]+)?")
_HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")
Pins = dict[str, frozenset[str]]


class LockError(ValueError):
    """A lock file that would let something else be installed than what was looked at."""


def pins(text: str) -> Pins:
    """name -> "version hash" of all its files, in a lock file. Raises LockError with the first line that is no pin, or
    a pin without hashes.
    """
    found: dict[str, set[str]] = {}
    for entry in re.split(r"\n(?! )", text.replace(" \\\n", "\n").strip()):
        if entry.startswith("#"):
            continue
        pin, *hashes = entry.splitlines()
        match = _PIN.fullmatch(pin)
        if not match or not hashes or not all(_HASH.fullmatch(line.strip()) for line in hashes):
            raise LockError(pin)
        # One package may have several versions, each for its Pythons.
        found.setdefault(match["name"], set()).update(f"{match['version']} {line.strip()}" for line in hashes)
    return {name: frozenset(files) for name, files in found.items()}


@pytest.fixture(scope="module")
def project(root: Path) -> dict[str, Any]:
    return tomllib.loads((root / "pyproject.toml").read_text())


@pytest.fixture(scope="module")
def locks(root: Path) -> dict[str, Pins]:
    return {name: pins((root / name).read_text()) for name in (*LOCKS, TABLES_LOCK)}


def test_every_line_of_a_lock_is_one_version_with_hashes(locks: dict[str, Pins]) -> None:
    assert [len(locks[name]) > 10 for name in LOCKS] == [True] * 3
    assert list(locks[TABLES_LOCK]) == ["duckdb"]


@pytest.mark.parametrize(
    "line",
    [
        "requests==2.32.0",
        "requests==2.32.0 \\\n    --hash=md5:d41d8cd98f00b204e9800998ecf8427e",
        f"requests>=2.32.0 \\\n    --hash=sha256:{'0' * 64}",
        f"requests \\\n    --hash=sha256:{'0' * 64}",
        f"requests @ https://elsewhere.example/requests.whl \\\n    --hash=sha256:{'0' * 64}",
        "-e git+https://elsewhere.example/requests.git",
        "--index-url https://elsewhere.example/simple",
        "--trusted-host elsewhere.example",
        "./wheels/requests.whl",
    ],
)
def test_anything_else_is_seen(line: str) -> None:
    good = f"pyyaml==6.0.2 \\\n    --hash=sha256:{'0' * 64}"
    assert list(pins(good)) == ["pyyaml"]
    for text in (f"{good}\n{line}\n", f"{line}\n{good}\n"):
        with pytest.raises(LockError):
            pins(text)


def test_what_runs_is_what_was_tested(locks: dict[str, Pins]) -> None:
    dev, run, layer, tables = (locks[name] for name in (*LOCKS, TABLES_LOCK))
    # Versions and hashes alike: a platform's file that only one lock knows would be another file
    assert run.items() <= dev.items()
    assert layer.items() <= run.items()
    assert tables.items() <= run.items()


def test_every_dependency_is_locked(project: dict[str, Any], locks: dict[str, Pins]) -> None:
    extras, tables = project["project"]["optional-dependencies"], project["dependency-groups"]["tables"]
    named = {
        LOCKS[0]: [*project["project"]["dependencies"], *extras["run"], *extras["dev"], *tables],
        LOCKS[1]: [*project["project"]["dependencies"], *extras["run"], *tables],
        LOCKS[2]: project["project"]["dependencies"],
        TABLES_LOCK: tables,
    }
    for lock, requirements in named.items():
        names = {re.split(r"[\[<>=!~ ]", requirement)[0] for requirement in requirements} - {project["project"]["name"]}
        assert names <= set(locks[lock]), f"run `make lock`: {lock}"


def test_what_only_some_need_is_not_installed_for_all(project: dict[str, Any], locks: dict[str, Pins]) -> None:
    extras = project["project"]["optional-dependencies"]
    heavy = {*extras["mcp"], *extras["notebook"], "playwright", "jupyter", "pyarrow"}
    assert {"pandas", "polars", "mcp"} <= heavy
    for lock in LOCKS[1:]:
        assert heavy.isdisjoint(locks[lock]), lock


def test_only_locks_are_installed_and_only_by_hash(root: Path) -> None:
    # pip asks for hashes by itself as soon as one line has one, so `sam build` does it for the layer too.
    installs = re.findall(r"pip install .*", (root / "Makefile").read_text())
    assert len(installs) == 3
    for install in installs:
        locked = re.search(r"--require-hashes -r (\S+)$", install)
        assert (locked and locked[1] in LOCKS) or install.endswith("--no-deps --no-build-isolation --editable .")
    assert "ContentUri: layers/common/" in (root / "template.yaml").read_text()


def test_the_chart_library_comes_from_one_locked_wheel_that_is_never_installed(
    root: Path, project: dict[str, Any]
) -> None:
    assert list(pins((root / CHARTS_LOCK).read_text())) == project["dependency-groups"]["charts"] == ["panel"]
    downloads = re.findall(r"pip download .*", (root / "Makefile").read_text())
    assert len(downloads) == 1
    # A source distribution would run its own code.
    assert re.search(rf"--no-deps --only-binary :all: --require-hashes -r {CHARTS_LOCK} ", downloads[0])
    assert not [path for path in tracked(root) if "echarts" in path.name]


def test_the_scan_is_on_and_every_exception_says_why(root: Path, project: dict[str, Any]) -> None:
    lint = project["tool"]["ruff"]["lint"]
    assert {"S", "RUF"} <= set(lint["select"])  # RUF100: a suppression that suppresses nothing
    assert not [rule for rule in lint["ignore"] if re.match(r"S\d*$", rule)]
    text = (root / "pyproject.toml").read_text().partition("per-file-ignores]")[2].partition("[tool.")[0]
    for line in text.splitlines():
        assert ("#" in line) or not re.search(r'"S\d+"', line), line
    assert re.search(r"(?m)^check:.*\n\t\$\(BIN\)/ruff check \.$", (root / "Makefile").read_text())
    assert list(unreasoned(root)) == []


def unreasoned(root: Path) -> Iterator[str]:
    """Suppressions of the scan without a reason, and those that hide more than one rule on one line."""
    for path in tracked(root):
        if path.suffix != ".py" or path == Path(__file__):
            continue
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            found = re.search(r"#\s*(nosec|(?:ruff|flake8)\s*:\s*noqa|noqa(?!: [A-Z]+\d))", line)
            rules = re.search(r"# noqa: ((?:[A-Z]+\d+(?:, )?)+)(.*)", line)
            if found or (rules and re.search(r"\bS\d", rules[1]) and not re.match(r" - \w+", rules[2])):
                yield f"{path.name}:{number}: {line.strip()}"


@pytest.mark.parametrize(
    ("line", "seen"),
    [
        ("call()  # noqa: S603", True),
        ("call()  # noqa: PLC0415, S603", True),
        ("call()  # noqa", True),
        ("# ruff: noqa", True),
        ("call()  # nosec", True),
        ("call()  # noqa: S603 - our own command", False),
        ("call()  # noqa: PLC0415", False),
        ("call()", False),
    ],
)
def test_a_suppression_without_a_reason_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, seen: bool
) -> None:
    (tmp_path / "x.py").write_text(f"{line}\n")
    monkeypatch.setattr(f"{__name__}.tracked", lambda root: root.iterdir())
    assert bool(list(unreasoned(tmp_path))) is seen


SECRETS = re.compile(
    r"""
      \b(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{16}\b                          # AWS key ids
    | (?i:aws_?(?:secret|session)\w*["']?\s*[=:]\s*["']?)[A-Za-z0-9/+]{40,}
    | -----BEGIN\ [A-Z ]*PRIVATE\ KEY
    | \b(?:gh[opsru]_[A-Za-z0-9]{36}|github_pat_\w{22,})              # GitHub
    | \bglpat-[\w-]{20} | \bxox[abprs]-[\w-]{10,} | \bnpm_[A-Za-z0-9]{36} | \bpypi-AgEI[\w-]{20,}
    | \bsk[_-](?:live|proj|ant)[_-][\w-]{16,} | \bAIza[\w-]{35}
    | \beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.                                # a JSON web token
    | \b[a-z]+://[^\s/:@"'{}$]+:[^\s/:@"'{}$]+@[\w.-]+                # a password in an address
    | (?i:\bauthorization["']?\s*[:=]\s*["']?(?:basic|bearer)\ )[A-Za-z0-9._~+/-]{16,}
    """,
    re.VERBOSE,
)


def tracked(root: Path) -> Iterator[Path]:
    """The files of the repository."""
    git = shutil.which("git")
    if not git or not (root / ".git").exists():
        pytest.skip("this is no clone")
    listed = subprocess.run([git, "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=True)  # noqa: S603 - ours
    for name in filter(None, listed.stdout.split("\0")):
        if (root / name).is_file():  # not what was deleted and is not yet committed
            yield root / name


def test_the_repository_contains_no_secret(root: Path) -> None:
    files = list(tracked(root))
    assert len(files) > 100
    found = [
        f"{path.relative_to(root)}: {match[0][:12]}..."
        for path in files
        for match in SECRETS.finditer(path.read_bytes().decode("latin-1"))
    ]
    assert found == []
    # Nor a file that would hold some
    assert [
        path.name for path in files if re.search(r"(^|\.)(env|pem|key|p12|pfx|netrc|npmrc|pypirc)$", path.name)
    ] == []


@pytest.mark.parametrize(
    "secret",
    [
        "AKIA" + "IOSFODNN7EXAMPLE",
        "aws_secret_access_key = " + "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        '"AWS_SECRET_ACCESS_KEY": "' + "w" * 40,
        "-----BEGIN RSA " + "PRIVATE KEY-----",
        "-----BEGIN " + "PRIVATE KEY-----",
        "ghp_" + "a1" * 18,
        "github_pat_" + "a1" * 20,
        "glpat-" + "a1" * 10,
        "xoxb-" + "123456789012-abc",
        "npm_" + "a1" * 18,
        "pypi-AgEI" + "a1" * 20,
        "sk_live_" + "a1" * 12,
        "eyJhbGciOiJIUzI1" + ".eyJzdWIiOiIxMjM0" + ".abc",
        "https://me:" + "opensesame@registry.example/simple",
        "Authorization: Bearer " + "a1" * 12,
    ],
)
def test_a_secret_would_be_seen(secret: str) -> None:
    assert SECRETS.search(f"x = {secret} # y")


def audited(name: str, **about: Any) -> dict[str, Any]:
    return {"name": name, "version": "1.0", "vulns": [], **about}


def test_an_audit_names_every_known_vulnerability() -> None:
    flaw = {"id": "PYSEC-2026-1", "fix_versions": ["1.1"]}
    code, lines = verdict({"dependencies": [audited("lxml", vulns=[flaw]), audited("pyyaml")]})
    assert (code, lines[0]) == (1, "lxml 1.0: PYSEC-2026-1, fixed in 1.1")
    assert verdict({"dependencies": [audited("pyyaml")]})[0] == 0


@pytest.mark.parametrize("packages", [[], [{"name": "lxml", "skip_reason": "not found"}, audited("pyyaml")]])
def test_an_audit_that_could_not_look_everything_up_is_not_passed(packages: list[dict[str, Any]]) -> None:
    # pip-audit ends with 0 then.
    code, lines = verdict({"dependencies": packages})
    assert code == 2
    assert len(lines) == 1
    assert "could not be looked up" in lines[0]


def test_an_audit_without_a_report_says_so_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    failed = subprocess.CompletedProcess([], 1, stdout="", stderr="Traceback ...\nConnectionError: no route to host\n")
    monkeypatch.setattr("tools.audit.subprocess.run", lambda *_, **__: failed)
    assert audit() == 2
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("nothing was audited (ConnectionError: no route to host)")


def test_the_license_is_mit(root: Path, project: dict[str, Any]) -> None:
    assert project["project"]["license"] == "MIT"
    text = (root / "LICENSE").read_text()
    assert text.startswith("MIT License")
    assert "ETF Portfolio Data Pipeline contributors" in text
