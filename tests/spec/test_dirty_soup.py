"""Whatever bytes a file holds, its answer is an exit code with one JSON document, and never a traceback."""

import gzip
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadscore.config.load import load_settings
from leadscore.dataset.table import TableRequest, read_table
from leadscore.domain.errors import DataError, UsageError
from leadscore.domain.notice import unheard
from leadscore.workflows.order_table import order_table

from ..company import Company, command, prepare

EVENTS = b"""event_id,lead_id,type,occurred_at,value,properties
e1,a,visit,2024-01-01T00:00:00Z,1.5,"{""page"": ""/""}"
e2,b,visit,2024-01-02,,
e3,c,"de,mo",2024-01-03T10:00:00+02:00,-2,
"""
LEADS = b"""lead_id;created_at;source;city
a;2024-01-01T00:00:00Z;web;K\xc3\xb6ln
b;2024-01-02T00:00:00Z;;"a ""b"" c"
"""
OUTCOMES = b"""{"lead_id": "a", "outcome": "won", "occurred_at": "2024-02-01T00:00:00Z", "amount": 12.5}
{"lead_id": "b", "outcome": "lost", "occurred_at": "2024-02-01T00:00:00Z", "reason": null}
"""
TABLE = b"key,created,visits,plan,won\n" + b"".join(
    b"k%d,2024-01-%02d,%d,%s,%s\n" % (n, 1 + n % 28, n % 9, b"pro" if n % 2 else b'"a,b"', b"yes" if n % 3 else b"no")
    for n in range(60)
)
BYTES = [
    *(b"", b"\0", b"\xff", b"\xfe\xff", b"\xef\xbb\xbf", b"\xe9", b"\xed\xa0\x80", b"\\ud800", b"\xc2\xa0", b"\x1a"),
    *(b'"', b"'", b",", b";", b"\t", b"|", b"\n", b"\r", b"\r\n", b"{", b"[", b"\\", b" " * 50, b"x" * 300),
]
VALUES = [
    *(b"", b"inf", b"NaN", b"1e999", b"9" * 400, b"1,5", b"1_0", b"\xd9\xa1\xd9\xa2", b"=1+1", b"won", b"1.234.567"),
    *(
        b"0001-01-01",
        b"9999-12-31T23:59:59-12:00",
        b"24:00",
        b"2024-01-01T00:00:00.123456789Z",
        b"20240101",
        b"2024-W01",
    ),
]


@st.composite
def mutated(draw: st.DrawFn, sound: bytes) -> bytes:
    """A sound file with other values in some cells and stray bytes, cut off, packed or in another encoding."""
    cells = re.split(rb"([,;\n])", sound)
    for _ in range(draw(st.integers(0, 10))):
        cells[2 * draw(st.integers(0, len(cells) // 2))] = draw(st.sampled_from(VALUES))
    content = b"".join(cells)
    for _ in range(draw(st.sampled_from([0, 0, 1, 3]))):
        start = draw(st.integers(0, len(content)))
        end = start + draw(st.sampled_from([0, 0, 1, 2, 7, 40]))
        content = content[:start] + draw(st.sampled_from(BYTES)) + content[end:]
    content = content[: draw(st.sampled_from([None] * 9 + [len(content) // 2]))]
    encoding = draw(st.sampled_from([None, None, None, "utf-16", "utf-16-le"]))
    if encoding:
        content = content.decode("utf-8", "replace").encode(encoding)
    packed = gzip.compress(content, mtime=0) if draw(st.booleans()) else content
    return packed[: draw(st.sampled_from([None] * 9 + [len(packed) - 3]))]


def soup_or(sound: bytes) -> st.SearchStrategy[bytes]:
    magic = st.sampled_from([b"", b"PAR1", b"\x1f\x8b", b"\xff\xfe", b"{", b"a,b\n"])
    return st.one_of(*[mutated(sound)] * 3, st.builds(bytes.__add__, magic, st.binary(max_size=300)))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Company:
    folder = prepare(tmp_path_factory.mktemp("soup"))
    return Company(folder, command(folder), {})


@pytest.mark.parametrize(("kind", "sound"), [("events", EVENTS), ("leads", LEADS), ("outcomes", OUTCOMES)])
@settings(max_examples=120, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_file_can_be_imported_or_is_refused(home: Company, kind: str, sound: bytes, data: st.DataObject) -> None:
    (home.home / "soup.csv").write_bytes(data.draw(soup_or(sound)))
    answer = home.run("import", kind, "soup.csv", "--json")
    document = answer.json()
    assert answer.code in (0, 2, 3)
    if "read" in document:
        assert document["read"] == document["inserted"] + document["unchanged"] + document["rejected"]
        assert (answer.code == 0) == (document["inserted"] + document["unchanged"] > 0)
    else:
        assert document["error"]["code"].startswith("LS-")


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(content=soup_or(TABLE), timed=st.booleans())
def test_any_table_is_read_whole_or_refused(tmp_path: Path, content: bytes, timed: bool) -> None:
    path = tmp_path / "soup.csv"
    path.write_bytes(content)
    request = TableRequest("won", id_column="key", time_column="created" if timed else None)
    try:
        table = order_table(read_table(path, unheard), request, load_settings(tmp_path), str(path))
    except (UsageError, DataError) as refused:
        told = str(refused)
    else:
        told = ""
        assert len(table.frame) == len(table.labels) >= 50
    assert not told or "  fix " in told
