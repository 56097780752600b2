"""Whether an answer keeps to the contract."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import jsonschema

from contract.document import document


@cache
def _validator(path: str, method: str) -> Any:
    definitions = document()
    content = definitions["paths"][path][method]["responses"]["200"]["content"]
    schema = {**content["application/json"]["schema"], "components": definitions["components"]}
    return jsonschema.Draft202012Validator(schema)


def valid(answer: Mapping[str, Any], path: str, method: str = "get") -> Any:
    """The parsed body of an answer, which is a 200 and keeps to the contract of this path."""
    assert answer["statusCode"] == 200, answer["body"]
    found = json.loads(answer["body"])
    _validator(path, method).validate(found)
    return found
