"""JSON as people write it in configuration: with comments and trailing commas."""

import json
import re
from typing import Any

_STRING_OR_COMMENT = re.compile(r'"(?:\\.|[^"\\])*"|//[^\n]*|/\*.*?\*/', re.DOTALL)
_STRING_OR_COMMA = re.compile(r'"(?:\\.|[^"\\])*"|,(?=\s*[}\]])', re.DOTALL)


def loads(text: str) -> Any:
    """Parse, or raise ValueError."""
    bare = _STRING_OR_COMMENT.sub(_only_strings, text.removeprefix("\ufeff"))
    try:
        return json.loads(_STRING_OR_COMMA.sub(_only_strings, bare))
    except RecursionError:
        raise ValueError("nested too deep") from None


def _only_strings(found: re.Match[str]) -> str:
    return found[0] if found[0].startswith('"') else " "
