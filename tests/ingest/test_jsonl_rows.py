"""JSONL: one object per line; a bad line costs itself."""

from leadscore.ingest.detect import detect_form
from leadscore.ingest.jsonl_rows import read_jsonl


def read(tmp_path, content):
    path = tmp_path / "file.jsonl"
    path.write_bytes(content)
    return list(read_jsonl(path, detect_form(path)))


def test_values_are_read_as_the_cells_of_a_table(tmp_path):
    (chunk,) = read(tmp_path, b'{"a": 1, "b": "x"}\n\n{"b": null, "c": {"z": 1, "y": NaN}}\n{"a": 2.0, "b": true}\n')
    assert chunk.numbers == [1, 2, 3]
    assert chunk.columns == {
        "a": ["1", None, "2"],
        "b": ["x", None, "true"],
        "c": [None, '{"y":null,"z":1}', None],
    }


def test_a_line_that_is_no_object_is_broken_and_keeps_its_text(tmp_path):
    (chunk,) = read(tmp_path, b'{"a": 1}\n{"a": \n[1]\n{"a": 4}\n')
    assert chunk.columns == {"a": ["1", "4"]}
    assert [(row.number, row.text) for row in chunk.broken] == [(2, '{"a":'), (3, "[1]")]
    assert "no JSON" in str(chunk.broken[0].fault)


def test_lone_surrogates_and_nul_are_replaced(tmp_path):
    (chunk,) = read(tmp_path, b'{"a": "x\\ud800\\u0000"}\n')
    assert chunk.columns == {"a": ["x\ufffd\ufffd"]}


def test_utf_16_is_read(tmp_path):
    (chunk,) = read(tmp_path, '{"a": "é"}\n{"a": "☃"}\n'.encode("utf-16"))
    assert chunk.columns == {"a": ["é", "☃"]}
