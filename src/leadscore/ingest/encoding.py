"""Which characters the bytes of a file stand for, and what is doubtful about that."""

import codecs
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

_WINDOWS = "leadscore_windows_1252"
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_STRAY = re.compile("[\udc80-\udcff]")
_FOREIGN = re.compile("[^\x00-\x7f\udc80-\udcff]")


@dataclass(frozen=True, slots=True)
class Encoding:
    """How bytes are decoded.

    name     utf-8, utf-8-sig, utf-16 (with or without mark) or cp1252.
    errors   what is done with bytes that are wrong in it, a name that `codecs` knows.
    lines    number of line ends.
    has_nul  whether there are NUL bytes.
    doubts   what a reader should be told, in words.
    """

    name: str
    errors: str
    lines: int
    has_nul: bool
    doubts: tuple[str, ...] = ()


def find_encoding(sample: bytes, read: Callable[[], Iterable[bytes]]) -> Encoding:
    """The encoding of a file.

    sample   its first bytes.
    read     gives all its bytes in blocks, from the start each time.
    """
    told = _told(sample)
    decoder = codecs.getincrementaldecoder(told or "utf-8")()
    lines, has_nul, sound = 0, False, True
    for block in read():
        lines += block.count(b"\n")
        has_nul = has_nul or b"\0" in block
        sound = sound and _decodes(decoder, block)
    sound = sound and _decodes(decoder, b"", final=True)
    nul = has_nul and not (told or "").startswith("utf-16")
    doubts = ("NUL bytes in it are read as U+FFFD; export it again without them",) if nul else ()
    if sound:
        return Encoding(told or "utf-8", "replace", lines, has_nul, doubts)
    if told is not None:
        damaged = f"bytes in it are no {told.upper()} and are read as U+FFFD; export it again"
        return Encoding(told, "replace", lines, has_nul, (damaged, *doubts))
    name, errors, doubt = _beside_utf8(read())
    return Encoding(name, errors, lines, has_nul, (doubt, *doubts))


def _told(sample: bytes) -> str | None:
    marked = next((name for mark, name in _MARKS if sample.startswith(mark)), None)
    # Latin text in UTF-16 has a NUL in every other byte, the later one of each pair if little-endian.
    for name, zeros in (("utf-16-le", sample[1::2]), ("utf-16-be", sample[::2])):
        if marked is None and zeros.count(0) > 0.4 * len(zeros):
            marked = name
    return marked


def _decodes(decoder: codecs.IncrementalDecoder, block: bytes, final: bool = False) -> bool:
    try:
        decoder.decode(block, final)
    except UnicodeDecodeError:
        return False
    return True


def _beside_utf8(blocks: Iterable[bytes]) -> tuple[str, str, str]:
    """Encoding, treatment of wrong bytes and doubt about a file that is not all UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    strays, first_line, lines, foreign = 0, 0, 1, False
    for block in (*blocks, b""):
        text = decoder.decode(block, not block)
        if not text.isascii():
            found = _STRAY.search(text)
            if found and not strays:
                first_line = lines + text.count("\n", 0, found.start())
            strays += len(_STRAY.findall(text)) if found else 0
            foreign = foreign or _FOREIGN.search(text) is not None
        lines += text.count("\n")
    if not foreign:
        return "cp1252", "replace", "it is no UTF-8 and is read as Windows-1252; save it as UTF-8 if letters look wrong"
    amount = "1 byte is" if strays == 1 else f"{strays} bytes are"
    return (
        "utf-8",
        _WINDOWS,
        f"{amount} no UTF-8 but read as Windows-1252, first in line {first_line}; save it as UTF-8",
    )


def _as_windows(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error(_WINDOWS, _as_windows)
