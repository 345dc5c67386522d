"""Who a text or a JSON value speaks of: the ids and the e-mail addresses in it."""

import re
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple
from urllib.parse import unquote

from leadscore.ingest.clean import read_json
from leadscore.ingest.envelope import plain_text
from leadscore.ingest.identity import address_node

_ADDRESS = re.compile(r"[^\s@\"'<>()\[\]{},;:=&?/\\|]+@[^\s@\"'<>()\[\]{},;:=&?/\\|]+")
_NAMES_AN_ID = re.compile(r"id$|^user|^subject|^lead|^person|^previous", re.IGNORECASE)
_PIECES = re.compile(r"[,;\t|]|(?<=')|(?=')")
_UNNAMED = ("dead_letter_text", "dead_letter_reason", "reason", "text")
_LONG_ID, _LONG_NUMBER = 6, 10

ID, ADDRESS = "id:", "address:"
"""How the word for an id and the word for an e-mail address begin."""


class _Text(NamedTuple):
    """A text within a value, and the name of the member or the column it stands under."""

    name: str
    text: str


def id_word(lead_id: str) -> str:
    """The word for an id."""
    return ID + lead_id


def address_words(text: str) -> set[str]:
    """The words for all e-mail addresses in a text, percent-encoded ones too.

    >>> address_words("see mailto:Ann@Example.org.") == address_words("https://a.test/?m=ann%40example.org")
    True
    """
    if "@" not in text and "%40" not in text:
        return set()
    found = {address for part in (text, unquote(text)) for address in _ADDRESS.findall(part)}
    nodes = {address_node(address.strip(".!*")) for address in found}
    return {ADDRESS + node for node in nodes if node is not None}


def words_in(value: Any) -> set[str]:
    """The words for all that may be an id, and for all e-mail addresses, in a JSON value, a row or a text of JSON."""
    words: set[str] = set()
    for each in _texts(value):
        words |= address_words(each.text)
        words |= {id_word(part) for part in _pieces(each) if _says_who(each.name, part)}
    return words


def addresses_in(value: Any) -> set[str]:
    """The words for all e-mail addresses in a JSON value."""
    if isinstance(value, str):
        return address_words(value)
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return {word for part in parts for word in addresses_in(part)}


class Mentions:
    """Tells what speaks of a person.

    An id counts wherever it stands as a word of its own; one that is short or a short number, which may mean anything,
    only under a name of an id, such as `userId`.

    ids       all ids of the person.
    words     the words for the person's e-mail addresses.
    """

    def __init__(self, ids: Collection[str], words: Collection[str]) -> None:
        self._addresses = {word for word in words if word.startswith(ADDRESS)}
        self._short = frozenset(each for each in ids if not _is_telling(each))
        telling = sorted((each for each in ids if _is_telling(each)), key=len, reverse=True)
        pattern = "|".join(map(re.escape, telling))
        self._telling = re.compile(rf"(?<![0-9A-Za-z])(?:{pattern})(?![0-9A-Za-z])") if telling else None

    def within(self, value: Any) -> bool:
        """Whether a JSON value, a row by column, or a text (of JSON or not) speaks of the person."""
        return any(self._speaks(each) for each in _texts(value))

    def _speaks(self, each: _Text) -> bool:
        text = unquote(each.text) if "%" in each.text else each.text
        if self._telling is not None and (self._telling.search(text) or self._telling.search(each.text)):
            return True
        if self._short and any(part in self._short and _says_who(each.name, part) for part in _pieces(each)):
            return True
        return bool(self._addresses and address_words(each.text) & self._addresses)


def _texts(value: Any, name: str = "") -> Iterator[_Text]:
    """Every text and number within a value, in texts of JSON too."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield _Text("", str(key))
            yield from _texts(part, str(key))
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _texts(part, name)
    elif isinstance(value, str) and value[:1] in ("{", "[") and (inner := _inner(value)) is not None:
        yield from _texts(inner, name)
    elif (text := plain_text(value)) is not None:
        yield _Text("" if name in _UNNAMED else name, text)


def _inner(text: str) -> Any:
    try:
        return read_json(text)
    except ValueError:
        return None


def _pieces(each: _Text) -> Iterator[str]:
    """A cell as it is; what is no cell of a named column may be a row that nobody could split, or the reason why."""
    yield each.text.strip()
    if not each.name:
        yield from (part.strip(" \"'") for part in _PIECES.split(each.text))


def _says_who(name: str, text: str) -> bool:
    return _is_telling(text) or bool(_NAMES_AN_ID.search(name)) or not name


def _is_telling(text: str) -> bool:
    return len(text) >= _LONG_NUMBER or (len(text) >= _LONG_ID and not text.isdecimal())
