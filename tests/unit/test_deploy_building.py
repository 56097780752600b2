"""How SAM builds on this machine, and what of its words the owner sees. Programs are stand-ins."""

import sys
from pathlib import Path

import pytest

from deploy.building import build_options, call_sam, without_advice
from etf_common.errors import UsageError

# As SAM 1.170 ends a build.
BUILT = """
Build Succeeded

Built Artifacts  : .aws-sam/build
Built Template   : .aws-sam/build/template.yaml

Commands you can use next
=========================
[*] Validate SAM template: sam validate
[*] Invoke Function: sam local invoke
[*] Test Function in the Cloud: sam sync --stack-name {{stack-name}} --watch
[*] Deploy: sam deploy --guided
"""


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is all of the PATH."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def program(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


class TestBuilding:
    def test_with_the_runtime_it_builds_here_whether_or_not_there_is_docker(self, programs: Path) -> None:
        program(programs, "python3.13", "exit 0")
        assert build_options("python3.13", "arm64") == []
        program(programs, "docker", "exit 0")
        assert build_options("python3.13", "arm64") == []

    @pytest.mark.parametrize("shim", [None, "exit 127"])
    def test_without_the_runtime_it_builds_in_docker(
        self, programs: Path, shim: str | None, capsys: pytest.CaptureFixture[str]
    ) -> None:
        if shim:
            program(programs, "python3.13", shim)
        program(programs, "docker", 'test "$1" = info')

        assert build_options("python3.13", "arm64") == ["--use-container"]
        assert "python3.13 is not here, so sam builds in Docker" in capsys.readouterr().out

    @pytest.mark.parametrize("docker", [None, "exit 1"])
    def test_without_either_both_remedies_are_named(self, programs: Path, docker: str | None) -> None:
        if docker:
            program(programs, "docker", docker)

        with pytest.raises(UsageError) as caught:
            build_options("python3.13", "arm64")

        assert "install python3.13 (.venv/bin/uv python install 3.13), or start Docker" in caught.value.message

    @pytest.mark.parametrize(("machine", "told"), [("x86_64", True), ("aarch64", False), ("arm64", False)])
    def test_for_another_processor_docker_may_need_an_emulator(
        self,
        programs: Path,
        machine: str,
        *,
        told: bool,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        program(programs, "docker", "exit 0")
        monkeypatch.setattr("platform.machine", lambda: machine)

        build_options("python3.13", "arm64")

        out = capsys.readouterr().out
        assert ("--install arm64" in out) is told
        assert ("PARAMETERS=Architecture=x86_64" in out) is told


class TestOutput:
    def test_sams_advice_is_left_out_and_nothing_else(self) -> None:
        kept = list(without_advice(BUILT.splitlines(keepends=True)))

        assert kept == BUILT.partition("Commands you")[0].splitlines(keepends=True)
        ordinary = ["======\n", "[*] of a log\n", "Error: no\n"]
        assert list(without_advice(ordinary)) == ordinary
        after = ["Commands you can use next\n", "====\n", "[*] Deploy: sam deploy --guided\n", "Error: late\n"]
        assert list(without_advice(after)) == ["Error: late\n"]

    def test_sam_runs_with_its_errors_and_its_code(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
    ) -> None:
        program(tmp_path, "sam", f"cat <<'END'\n{BUILT}END\necho \"$@ [$TOKEN]\"\necho broken >&2\nexit 3")
        monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
        monkeypatch.setenv("TOKEN", "secret")

        assert call_sam(["build", "--cached"]) == 3

        told = capfd.readouterr()
        assert "Build Succeeded" in told.out
        assert "--guided" not in told.out
        assert told.out.endswith("build --cached []\n")
        assert told.err == "broken\n"
