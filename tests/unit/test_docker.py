"""The Docker engine: what is made of its own words about itself."""

from typing import Any

import pytest

from etf_common.errors import UsageError
from local.docker import Engine, engine_of

DEBIAN = {"Architecture": "x86_64", "OperatingSystem": "Debian GNU/Linux 12 (bookworm)"}


def bridge(*networks: dict[str, str]) -> dict[str, Any]:
    return {"Name": "bridge", "IPAM": {"Driver": "default", "Config": list(networks)}}


@pytest.mark.parametrize(
    ("networks", "gateway"),
    [
        ([{"Subnet": "172.17.0.0/16", "Gateway": "172.17.0.1"}], "172.17.0.1"),
        ([{"Subnet": "172.17.0.0/16"}], "172.17.0.1"),
        ([{"Subnet": "10.200.0.0/24", "Gateway": "10.200.0.254"}], "10.200.0.254"),
        ([{"Subnet": "fd00::/80", "Gateway": "fd00::1"}, {"Subnet": "172.18.0.0/16"}], "172.18.0.1"),
    ],
)
def test_on_linux_containers_reach_the_bridges_own_address(networks: list[dict[str, str]], gateway: str) -> None:
    assert engine_of(DEBIAN, bridge(*networks), "Linux") == Engine("x86_64", gateway, gateway)


@pytest.mark.parametrize(
    ("system", "name"), [("Darwin", "Docker Desktop"), ("Darwin", "Ubuntu 24.04"), ("Linux", "Docker Desktop")]
)
def test_an_engine_in_a_virtual_machine_has_a_name_for_this_one(system: str, name: str) -> None:
    info = {"Architecture": "aarch64", "OperatingSystem": name}

    engine = engine_of(info, bridge({"Subnet": "172.17.0.0/16"}), system)

    assert engine == Engine("arm64", "127.0.0.1", "host.docker.internal")
    assert engine.seen_from_containers("http://127.0.0.1:4566/a/b") == "http://host.docker.internal:4566/a/b"


@pytest.mark.parametrize(
    ("info", "networks", "named"),
    [
        ({**DEBIAN, "Architecture": "riscv64"}, [{"Subnet": "172.17.0.0/16"}], "riscv64"),
        (DEBIAN, [{"Subnet": "fd00::/80"}], "IPv4"),
    ],
)
def test_what_will_not_do_is_said(info: dict[str, Any], networks: list[dict[str, str]], named: str) -> None:
    with pytest.raises(UsageError, match=named):
        engine_of(info, bridge(*networks), "Linux")
