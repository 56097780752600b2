"""The page's modules as one script: what is imported comes first, each once, with names of its own."""

import pytest

from api.site.page_modules import ModuleError, one_script

APP = """import { half, twice as double } from "./numbers.js";
import * as words from "./words.js";
import codes from "./codes.js";
import "./numbers.js";
const hidden = double(half);
export async function start() {
  return words.say(codes, hidden);
}
"""
NUMBERS = """const hidden = 1;
export const half = hidden / 2;
export function twice(number) {
  return number * 2;
}
"""
WORDS = """import {
  half,
} from "./numbers.js";
export class Word {}
export const say = (word) => word + half;
"""
MODULES = {"app": APP, "numbers": NUMBERS, "words": WORDS, "codes": "export default {};\n"}


def test_each_module_comes_once_after_those_that_it_imports() -> None:
    script = one_script(MODULES, "app")

    places = [script.index(f"const ${name} = (() => {{") for name in ("numbers", "words", "codes", "app")]
    assert places == sorted(places)
    assert script.count("const $numbers") == 1


def test_imports_become_names_and_exports_are_handed_out() -> None:
    script = one_script(MODULES, "app")

    for line in (
        "const { half, twice: double } = $numbers;",
        "const words = $words;",
        "const codes = $codes.default;",
        "return { half, twice };",
        "return { Word, say };",
        "return { default: theDefault };",
        "return { start };",
        "async function start() {",
    ):
        assert line in script
    assert "import" not in script
    assert "export" not in script


@pytest.mark.parametrize(
    "text",
    [
        'import { half } from "https://elsewhere.example/numbers.js";',
        "import { half } from './numbers.js';",
        'export { half } from "./numbers.js";',
        "export let changing = 1;",
        'export default function () {}\nexport * from "./numbers.js";',
        'const later = import("./numbers.js");',
    ],
)
def test_another_form_of_import_or_export_is_refused(text: str) -> None:
    with pytest.raises(ModuleError, match=r"app\.js, line"):
        one_script({**MODULES, "app": text}, "app")


def test_modules_that_import_each_other_are_refused() -> None:
    with pytest.raises(ModuleError, match="app imports words imports app"):
        one_script({"app": 'import "./words.js";', "words": 'import "./app.js";'}, "app")


def test_a_module_that_is_not_there_is_an_error() -> None:
    with pytest.raises(KeyError):
        one_script({"app": 'import "./words.js";'}, "app")
