"""What no database and no strict JSON can hold is replaced on entry: lone surrogates, NUL, NaN and infinities."""

import json
import math
import re
from typing import Any

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_REPLACEMENT = "\ufffd"
_EXACT = 2.0**53
_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def cleaned_text(text: str) -> str:
    r"""A text with lone surrogates and NUL replaced by U+FFFD, which both databases can hold.

    >>> cleaned_text("a\x00b\ud800") == "a\ufffdb\ufffd"
    True
    """
    if text.isascii() and "\x00" not in text:
        return text
    return _UNSTORABLE.sub(_REPLACEMENT, text)


def cleaned(value: Any) -> Any:
    """A JSON value with every text cleaned and every number that is not finite replaced by None.

    >>> cleaned({"a": [float("nan"), 1]})
    {'a': [None, 1]}
    """
    if isinstance(value, str):
        return cleaned_text(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {cleaned_text(key): cleaned(part) for key, part in value.items()}
    if isinstance(value, list):
        return [cleaned(part) for part in value]
    return value


def read_json(text: str) -> Any:
    """Read JSON as tracking SDKs write it, with NaN, infinities and numbers of any length; `cleaned` mends the result.

    Raises   ValueError if it is no JSON, or nested too deep to be read.
    """
    try:
        return json.loads(text, parse_int=_integer)
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def canonical_json(value: Any) -> str:
    """The one text of a JSON value: keys sorted, no spaces, so that equal values are equal texts.

    >>> canonical_json({"b": 1, "a": "é"})
    '{"a":"é","b":1}'
    """
    return _CANONICAL.encode(value)


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
    return int(digits) if len(digits) < 1_000 else float(digits)
