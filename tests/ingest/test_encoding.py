"""Which characters bytes stand for: what fits is decoded as it was meant, what is guessed is said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscore.ingest.encoding import Encoding, find_encoding


def found(content: bytes, block: int = 1_000) -> Encoding:
    return find_encoding(
        content[:64], lambda: [content[start : start + block] for start in range(0, len(content), block)]
    )


def decoded(content: bytes, block: int = 1_000) -> str:
    encoding = found(content, block)
    return content.decode(encoding.name, encoding.errors)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40), st.integers(1, 7))
def test_utf8_is_never_doubted_wherever_its_blocks_end(text: str, block: int) -> None:
    content = b"name\n" + text.encode()
    if content[:64:2].count(0) + content[1:64:2].count(0) == 0:
        assert decoded(content, block) == f"name\n{text}"
        assert found(content, block).doubts == ()


@pytest.mark.parametrize("block", [1, 2, 3, 50])
def test_stray_bytes_beside_utf8_are_read_as_windows_1252_and_counted(block: int) -> None:
    content = "a\nKöln\n".encode() + "Zoé\nMüller €\n".encode("cp1252")
    assert decoded(content, block) == "a\nKöln\nZoé\nMüller €\n"
    (doubt,) = found(content, block).doubts
    assert "3 bytes are no UTF-8" in doubt
    assert "first in line 3" in doubt


def test_a_file_without_any_utf8_letter_is_windows_1252() -> None:
    encoding = found("Zoé\n".encode("cp1252"))
    assert encoding.name == "cp1252"
    assert "save it as UTF-8" in encoding.doubts[0]


@given(st.binary(max_size=200), st.integers(1, 50))
def test_every_byte_soup_can_be_decoded(content: bytes, block: int) -> None:
    assert isinstance(decoded(content, block), str)


def test_damaged_utf16_and_nul_bytes_are_said() -> None:
    assert "UTF-16" in found("ab".encode("utf-16") + b"\x00").doubts[0]
    assert "NUL" in found(b"name,city\nabc,d\x00ef\n").doubts[0]
    assert found("ab".encode("utf-16")).doubts == ()
