"""Whatever openapi.json allows, and what it forbids: no 5xx, and every answer as the document says.

Schemathesis makes the requests and judges the answers; routes and methods that are added to the document are met too.
"""

import copy
import json
import time
from typing import Any

import pytest
import schemathesis
from hypothesis import seed
from schemathesis.config import GenerationConfig, PhasesConfig, ProjectConfig, ProjectsConfig, SchemathesisConfig
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from contract.document import TARGET
from tests.functional.hostile.conftest import HELD, SEED, Served, examples, fresh_examples

QUICK, LONG = 25, 75
LONG_SECONDS = 75.0
"""For the requests of all operations of a long run together, however slow the machine."""


def document(symbols: tuple[str, ...] = (), *, edges: bool = True) -> schemathesis.BaseSchema:
    """The contract as a source of requests.

    With `symbols`, those that name a fund, and only of these, so that there is data to answer. Without `edges`, random
    requests alone: the limits of each parameter, one by one, are the same at every run.
    """
    contract: dict[str, Any] = copy.deepcopy(json.loads(TARGET.read_text("utf-8")))
    for methods in contract["paths"].values():
        for name, operation in [*methods.items()]:
            named = [each for each in operation.get("parameters", []) if each["name"] == "symbol"]
            for parameter in named if symbols else []:
                parameter["schema"] = {"enum": list(symbols)}
                parameter["example"] = symbols[0]
            if symbols and not named:
                del methods[name]
    generation = GenerationConfig(modes=[schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE])
    phases = PhasesConfig()
    if not edges:
        phases.examples.enabled = phases.coverage.enabled = False
    project = ProjectConfig(generation=generation, phases=phases)
    config = SchemathesisConfig(projects=ProjectsConfig(default=project))
    return schemathesis.openapi.from_dict(contract, config=config)


FUNDS = (*HELD, "qqq", "NOPE")
ANY, KNOWN = document(), document(FUNDS)
ANY_RANDOM, KNOWN_RANDOM = document(edges=False), document(FUNDS, edges=False)
OPERATIONS = sum(1 for schema in (ANY, KNOWN) for _ in schema.get_all_operations())


@ANY.parametrize()
@examples(QUICK)
def test_every_answer_is_one_that_the_contract_names(served: Served, case: schemathesis.Case[Any]) -> None:
    judge(served, case)


@KNOWN.parametrize()
@examples(QUICK)
def test_every_answer_about_a_known_fund_too(served: Served, case: schemathesis.Case[Any]) -> None:
    judge(served, case)


@pytest.fixture
def until() -> float:
    """When this operation's share of a long run ends, in seconds of time.monotonic()."""
    return time.monotonic() + LONG_SECONDS / OPERATIONS


@pytest.mark.fire
@ANY_RANDOM.parametrize()
@seed(SEED)
@fresh_examples(LONG)
def test_every_answer_for_longer(served: Served, until: float, case: schemathesis.Case[Any]) -> None:
    if time.monotonic() < until:
        judge(served, case)


@pytest.mark.fire
@KNOWN_RANDOM.parametrize()
@seed(SEED)
@fresh_examples(LONG)
def test_every_answer_about_a_known_fund_for_longer(served: Served, until: float, case: schemathesis.Case[Any]) -> None:
    if time.monotonic() < until:
        judge(served, case)


def judge(served: Served, case: schemathesis.Case[Any]) -> None:
    """Send the request; the answer has a status, headers and a body that the contract names, and gives nothing away."""
    # Any short text can be a security's symbol, `null` too: who holds it is a question that has an answer.
    excluded: list[Any] = [negative_data_rejection] if case.path.startswith("/api/holders/") else []
    # That min_pct needs a sector, and that no minimum exceeds its maximum, cannot be said of single parameters.
    excluded += [positive_data_acceptance] if case.path == "/api/screen" else []
    # Nor that `from` is not after `to`, and that neither is in the future.
    dated = ("/changes", "/attribution", "/history", "/drift")
    excluded += [positive_data_acceptance] if case.path.endswith(dated) else []
    # Nor that there is money, in positions or in cash, and that no cap contradicts another.
    excluded += [positive_data_acceptance] if case.path == "/api/rebalance" else []
    # Nor that an empty field of a form is none, where a form asks.
    is_empty = any((case.query or {}).get(name) in ("", {}, []) for name in ("limit", "offset"))
    excluded += [negative_data_rejection] if is_empty and not case.path.endswith("/holdings") else []
    # Nor that only some tables have dates or funds.
    excluded += [positive_data_acceptance] if case.path == "/api/tables/{name}" else []
    # Nor that a number has no exponent and at most six decimals.
    excluded += [positive_data_acceptance] if case.path.startswith("/api/substitutes/") else []
    served.asked.clear()  # each answer is judged by its own questions to the lake, not by all before it once more
    response = case.call_and_validate(base_url=served.url, timeout=20, excluded_checks=excluded)
    told = f"{response.headers}{response.content.decode('utf-8', 'replace')}"
    assert served.leaks(told) == []
    assert served.forbidden() == []
