"""The page's modules as one script.

Every file that a browser asks for runs a Lambda function, and an account may have no more than ten at once: twenty
files asked for together would be refused. So the modules, plain ES modules that run as they are, are served as one.
Each becomes a function of its own, after those that it imports.
"""

import re
from collections.abc import Mapping

_IMPORT = re.compile(
    r'^import (?:(?:\{(?P<names>[^{}]*)\}|\* as (?P<all>\w+)|(?P<default>\w+)) from )?"\./(?P<file>\w+)\.js";$',
    re.MULTILINE,
)
_EXPORT = re.compile(r"^export (?P<kind>(?:async )?function|class|const) (?P<name>\w+)", re.MULTILINE)
_DEFAULT = re.compile(r"^export default ", re.MULTILINE)
_LEFT = re.compile(r"^(?:import\b|export\b)|\bimport\(\s*\"", re.MULTILINE)


class ModuleError(ValueError):
    """A module that cannot be part of the script: it uses another form of import or export, or imports itself."""


def one_script(modules: Mapping[str, str], first: str) -> str:
    """The script of the module `first` and of all that it imports, each once. `modules` by name, without `.js`.

    Raises ModuleError, and KeyError for a module that is not there.
    """
    done: dict[str, str] = {}
    _add(first, modules, done, ())
    return "\n".join(done.values())


def _add(name: str, modules: Mapping[str, str], done: dict[str, str], importers: tuple[str, ...]) -> None:
    if name in importers:
        raise ModuleError(f"{' imports '.join((*importers, name))}: modules may not import each other in a circle")
    if name in done:
        return
    text = modules[name]
    for found in _IMPORT.finditer(text):
        _add(found["file"], modules, done, (*importers, name))
    done[name] = _as_function(name, text)


def _as_function(name: str, text: str) -> str:
    exported = [found["name"] for found in _EXPORT.finditer(text)]
    body = _EXPORT.sub(lambda found: f"{found['kind']} {found['name']}", _IMPORT.sub(_taken, text))
    if _DEFAULT.search(body):
        exported.append("default: theDefault")
        body = _DEFAULT.sub("const theDefault = ", body)
    if left := _LEFT.search(body):
        line = body.count("\n", 0, left.start()) + 1
        raise ModuleError(f"{name}.js, line {line}: this form of import or export is not supported")
    return f"const ${name} = (() => {{\n{body.rstrip()}\nreturn {{ {', '.join(exported)} }};\n}})();"


def _taken(found: "re.Match[str]") -> str:
    """An import as a declaration that takes from the function of the other module."""
    source = f"${found['file']}"
    if found["names"] is not None:
        return f"const {{ {found['names'].strip().replace(' as ', ': ')} }} = {source};"
    if found["all"]:
        return f"const {found['all']} = {source};"
    return f"const {found['default']} = {source}.default;" if found["default"] else ""
