"""The Docker engine that `sam local` uses: its architecture, and where its containers reach this machine."""

import ipaddress
import json
import platform
import socket
import subprocess
from dataclasses import dataclass
from typing import Any

from etf_common.errors import UsageError
from local.embedded_aws import LOOPBACK

ASK_SECONDS = 15.0
_ARCHITECTURES = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}


@dataclass(frozen=True)
class Engine:
    """An engine that answers. `architecture` is as SAM names it, x86_64 or arm64.

    Servers that containers are to reach listen on `listen`; containers find them at `host`.
    """

    architecture: str
    listen: str
    host: str

    def seen_from_containers(self, url: str) -> str:
        """The address in a container of what answers at `url`, on this machine's `listen`."""
        return url.replace(f"//{self.listen}:", f"//{self.host}:", 1)


def find_engine() -> Engine:
    """The engine that `docker` speaks to. Raises UsageError if none answers, or one that cannot reach this machine."""
    info = _ask("info")
    if info.get("ServerErrors"):
        raise UsageError(f"no Docker engine answers ({info['ServerErrors'][0]}); start one and try again")
    engine = engine_of(info, _ask("network", "inspect", "bridge"), platform.system())
    with socket.socket() as probe:
        try:
            probe.bind((engine.listen, 0))
        except OSError as error:
            why = "a rootless or remote engine will not do"
            raise UsageError(f"the engine's address {engine.listen} is not this machine's ({error}); {why}") from None
    return engine


def engine_of(info: dict[str, Any], bridge: dict[str, Any], system: str) -> Engine:
    """The engine of `docker info`, `docker network inspect bridge` and the operating system. Raises UsageError."""
    architecture = _ARCHITECTURES.get(info["Architecture"])
    if architecture is None:
        raise UsageError(f"the engine's architecture is {info['Architecture']}; Lambda has x86_64 and arm64")
    if system != "Linux" or info["OperatingSystem"] == "Docker Desktop":
        # The engine runs in a virtual machine, which passes this name on to the loopback address outside.
        return Engine(architecture, LOOPBACK, "host.docker.internal")
    for part in bridge["IPAM"]["Config"]:
        network = ipaddress.ip_network(part["Subnet"])
        if network.version == 4:
            # The first address is the bridge's own where the engine names no other.
            gateway = part.get("Gateway") or str(next(network.hosts()))
            return Engine(architecture, gateway, gateway)
    raise UsageError("the engine's bridge network has no IPv4 address")


def _ask(*command: str) -> Any:
    try:
        told = subprocess.run(  # noqa: S603 - fixed commands
            ["docker", *command, "--format", "{{json .}}"],  # noqa: S607 - wherever the user has it
            capture_output=True,
            text=True,
            timeout=ASK_SECONDS,
            check=False,
        )
    except FileNotFoundError:
        raise UsageError("there is no docker command; sam local needs a Docker engine") from None
    except subprocess.TimeoutExpired:
        raise UsageError(f"docker {command[0]} gave no answer in {ASK_SECONDS:.0f} s; is the engine up?") from None
    if told.returncode != 0:
        raise UsageError(f"no Docker engine answers ({_last_line(told.stderr)}); start one and try again")
    return json.loads(told.stdout)


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["it says nothing"])[-1]
