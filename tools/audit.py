"""`make audit`: the locked versions against the known vulnerabilities (pip-audit, which asks PyPI).

Ends with 0 only when every package was looked up and none has a known vulnerability: pip-audit itself also ends with 0
when it could look up none.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

LOCK = "requirements/dev.txt"
"""The largest lock; the other locks have the same versions of a part of it."""
SOUND, VULNERABLE, NOT_AUDITED = 0, 1, 2


def verdict(report: dict[str, Any]) -> tuple[int, list[str]]:
    """The exit code and the lines to print for pip-audit's JSON report."""
    packages = report["dependencies"]
    skipped = [package["name"] for package in packages if "skip_reason" in package]
    found = [_told(package, flaw) for package in packages for flaw in package.get("vulns", [])]
    if found:
        return VULNERABLE, [*found, "upgrade with `make lock`, then `make setup`"]
    if skipped or not packages:
        missing = f"{len(skipped)} of {len(packages)} packages could not be looked up"
        return NOT_AUDITED, [f"{missing}; try again with a connection to pypi.org"]
    return SOUND, [f"{len(packages)} packages, no known vulnerability"]


def _told(package: dict[str, Any], flaw: dict[str, Any]) -> str:
    fixed = ", ".join(flaw["fix_versions"]) or "no release"
    return f"{package['name']} {package['version']}: {flaw['id']}, fixed in {fixed}"


def main() -> int:
    """Run pip-audit over the lock and print what it found."""
    options = ["--require-hashes", "--disable-pip", "--format", "json", "--progress-spinner", "off"]
    audited = subprocess.run(  # noqa: S603 - no shell; pip-audit of this environment
        [sys.executable, "-m", "pip_audit", *options, "--requirement", LOCK],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        code, lines = verdict(json.loads(audited.stdout))
    except ValueError:
        # Without a network it prints a traceback and no report.
        reason = (audited.stderr.strip().splitlines() or ["no output"])[-1]
        code, lines = NOT_AUDITED, [f"nothing was audited ({reason[:200]}); try again with a connection to pypi.org"]
    print("\n".join(lines))
    return code


if __name__ == "__main__":
    sys.exit(main())
