"""What no database and no strict JSON can hold is replaced on entry: lone surrogates, NUL, NaN and infinities."""

import json
import math
import re
from typing import Any

import msgspec

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_REPLACEMENT = "\ufffd"
_EXACT = 2.0**53
_MOST_DIGITS = 4_300
# Of a reader of any texts; beyond it, what walks through a value in Python fails.
_MOST_LEVELS = 300
_NUL_ESCAPE = b"\\u0000"
_PLAIN = frozenset((str, int, bool, type(None)))
_NESTING = frozenset((dict, list))
_READ_STRICT = msgspec.json.Decoder().decode
_WRITE_SORTED = msgspec.json.Encoder(order="deterministic").encode
_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def cleaned_text(text: str) -> str:
    r"""A text with lone surrogates and NUL replaced by U+FFFD, which both databases can hold.

    >>> cleaned_text("a\x00b\ud800") == "a\ufffdb\ufffd"
    True
    """
    if text.isascii() and "\x00" not in text:
        return text
    return _UNSTORABLE.sub(_REPLACEMENT, text)


def cleaned(value: Any, levels: int = _MOST_LEVELS) -> Any:
    """A JSON value with every text cleaned, every number that is not finite and all that lies deeper replaced by None.

    levels   in how many lists and objects a value may lie.

    >>> cleaned({"a": [float("nan"), 1]}), cleaned({"a": [1]}, levels=1)
    ({'a': [None, 1]}, {'a': None})
    """
    if levels == 0 and type(value) in _NESTING:
        return None
    if isinstance(value, str):
        return cleaned_text(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {cleaned_text(key): cleaned(part, levels - 1) for key, part in value.items()}
    if isinstance(value, list):
        return [cleaned(part, levels - 1) for part in value]
    return value


def read_body(body: bytes) -> tuple[Any, bool]:
    r"""Read JSON in UTF-8 as `read_json` does, and whether it is known that `cleaned` would change nothing.

    Nearly every body is strict JSON, which is read several times as fast, and holds nothing to clean then but NUL.
    Raises   ValueError if it is no JSON, or nested too deep to be read; callers look whether it is too deep for them.

    >>> read_body(b'{"a":1}'), read_body(b'[NaN, "\\u0000"]')
    (({'a': 1}, True), ([nan, '\x00'], False))
    """
    if _NUL_ESCAPE not in body:
        try:
            return _READ_STRICT(body), True
        except (msgspec.DecodeError, RecursionError):
            pass  # the tolerant reader says what is wrong, if anything is
    return read_json(body.decode("utf-8", "replace").lstrip("\ufeff")), False


def read_json(text: str) -> Any:
    """Read JSON as tracking SDKs write it, with NaN, infinities and numbers of any length; `cleaned` mends the result.

    Raises   ValueError if it is no JSON, or nested too deep to be read.
    """
    try:
        found = _READ(text)
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    if text.count("{") + text.count("[") > _MOST_LEVELS and deeper_than([found], _MOST_LEVELS + 1):
        raise ValueError("nested too deep")
    return found


def deeper_than(values: list[Any], most_levels: int) -> bool:
    """Whether lists and objects are nested in more levels than that, the given list among them.

    >>> deeper_than([1, {"a": []}], 3), deeper_than([1, {"a": []}], 2)
    (False, True)
    """
    level: list[Any] = [values]
    for _ in range(most_levels):
        level = [
            part for each in level for part in (each.values() if type(each) is dict else each) if type(part) in _NESTING
        ]
        if not level:
            return False
    return True


def canonical_json(value: Any) -> str:
    """The one text of a JSON value: keys sorted, no spaces, so that equal values are equal texts.

    >>> canonical_json({"b": 1, "a": "é"})
    '{"a":"é","b":1}'
    """
    # Flat objects without floats, which most are, are written the same several times as fast.
    if type(value) is dict and _PLAIN.issuperset(map(type, value.values())):
        try:
            return _WRITE_SORTED(value).decode()
        except UnicodeEncodeError:
            pass  # a lone surrogate
    return _CANONICAL.encode(value)


def surely_within(value: Any, most_bytes: int) -> bool:
    """Whether the canonical text of a clean JSON value certainly has at most so many bytes; found out quickly."""
    # The quick writer differs in floats only, `1e15` for `1000000000000000.0` at most.
    return len(_WRITE_SORTED(value)) * 8 <= most_bytes


def json_text(value: Any) -> str | None:
    """A JSON value as the text a cell of a CSV file would hold; None for null and for what is no finite number.

    >>> json_text(True), json_text(2.0), json_text({"a": 1})
    ('true', '2', '{"a":1}')
    """
    value = cleaned(value)
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return str(int(value))
    return canonical_json(value)


def _integer(digits: str) -> int | float:
    # Python refuses to read integers of thousands of digits; such a number fits no column anyway.
    return int(digits) if len(digits) <= _MOST_DIGITS else float(digits)


_READ = json.JSONDecoder(parse_int=_integer).decode
