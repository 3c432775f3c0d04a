"""CloudEvents attributes as headers: what binary mode adds to a message or a request."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, unquote

from contracts.errors import BadEvent, Flaw

_NAME = re.compile(r"[a-z0-9]{1,64}")
_ESCAPE = re.compile(r"\\(.)")
#: Printable ASCII that HTTP carries as it is; space, quotation mark and % must be escaped.
_PLAIN = "!#$&'()*+,-./:;<=>?@[\\]^_`{|}~"


def read(headers: Mapping[Any, Any], prefixes: tuple[str, ...], *, escaped: bool) -> dict[str, Any]:
    """Return the attributes among the headers; two spellings of one are a contradiction."""
    found: dict[str, Any] = {}
    for header, value in headers.items():
        name = _attribute(header, prefixes)
        if name is None:
            continue
        if name in found:
            raise BadEvent(Flaw(name, "is given twice: send each attribute as one header"))
        found[name] = _unescaped(name, value) if escaped else value
    return found


def write(attributes: Mapping[str, str], prefix: str, *, escaped: bool) -> dict[str, str]:
    """Return the attributes as headers; the content type is no attribute in this mode."""
    return {
        prefix + name: quote(value, safe=_PLAIN) if escaped else value
        for name, value in attributes.items()
        if name != "datacontenttype"
    }


def _attribute(header: Any, prefixes: tuple[str, ...]) -> str | None:
    """Return the attribute that a header names; a client may hand any junk as a header's name."""
    if not isinstance(header, str):
        return None
    lower = header.lower()
    prefix = next((prefix for prefix in prefixes if lower.startswith(prefix.lower())), None)
    name = lower[len(prefix) :] if prefix else ""
    return name if _NAME.fullmatch(name) else None


def _unescaped(name: str, value: Any) -> Any:
    """Undo what the HTTP binding asks of header values: an optional quoted string, then percent-encoding."""
    if not isinstance(value, str):
        return value
    if len(value) > 1 and value[0] == value[-1] == '"':
        value = _ESCAPE.sub(r"\1", value[1:-1])
    try:
        return unquote(value, errors="strict")
    except UnicodeDecodeError:
        raise BadEvent(Flaw(name, "is not percent-encoded UTF-8")) from None
