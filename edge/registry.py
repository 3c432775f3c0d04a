"""The text of registry modules: how a compiled body, or a mere value, becomes one call of `define`.

The page runs such calls from app.js and from updates alike. `map`s of compiled bodies count on the one line that
stands before the body; edge/compiler/script.js names the same parameters.
"""

import json
from collections.abc import Iterable, Mapping

PARAMETERS = (
    "__vite_ssr_exports__",
    "__vite_ssr_import__",
    "__vite_ssr_dynamic_import__",
    "__vite_ssr_exportAll__",
    "__vite_ssr_import_meta__",
    "$RefreshReg$",
    "$RefreshSig$",
)
#: In brackets, for a browser then compiles it while it reads the rest, and not once more when it is called.
HEAD = f'(async function({", ".join(PARAMETERS)}) {{"use strict";\n'


def define(module_id: str, deps: Mapping[str, object], code: str) -> str:
    """Write one call that puts a module into the page's registry."""
    return f"__fleet.define({_json(module_id)}, {_json(deps)}, {HEAD}{code.rstrip()}\n}}));\n"


def value_module(value: object) -> str:
    """Write the body of a module whose default export is a value: a file's text, its address."""
    getter = f"{{ enumerable: true, configurable: true, get() {{ return {_json(value)}; }} }}"
    return f'Object.defineProperty(__vite_ssr_exports__, "default", {getter});'


def joined_map(definitions: Iterable[tuple[str, str | None]]) -> str:
    """Write the source map of texts that follow each other, from the map of each that has one."""
    sections: list[str] = []
    line = 0
    for text, source_map in definitions:
        if source_map:
            sections.append(f'{{"offset":{{"line":{line},"column":0}},"map":{source_map}}}')
        line += text.count("\n")
    return f'{{"version":3,"sections":[{",".join(sections)}]}}'


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
