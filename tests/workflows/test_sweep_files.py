"""Rows about a person go from the files that leadscore wrote; nothing else is touched."""

import gzip
import json

import pandas as pd
import pytest

from leadscore.config.load import load_settings
from leadscore.config.mapping import FileMapping, MappingConfig
from leadscore.domain.progress import silent
from leadscore.ingest.identity import address_node
from leadscore.ingest.mentions import ADDRESS, Mentions
from leadscore.workflows.export_person import DOCUMENT
from leadscore.workflows.sweep_files import sweep_files

IDS = frozenset({"ann-7890", "7"})
TOLD = Mentions(IDS, {ADDRESS + str(address_node("ann@own.test"))})
LETTERS = "dead_letter_row,dead_letter_code,dead_letter_column,dead_letter_reason,dead_letter_text"


def sweep(home, *, remove=True, mapping=None):
    settings = load_settings(home)
    if mapping is not None:
        settings = type(settings)(**{**vars(settings), "mapping": mapping})
    return tuple(sweep_files(settings, TOLD, IDS, silent, remove=remove))


def put(home, name, text):
    path = home / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    return path


def read(path):
    return gzip.decompress(path.read_bytes()).decode() if path.suffix == ".gz" else path.read_bytes().decode()


@pytest.mark.parametrize(
    ("name", "head", "about", "other"),
    [
        ("data/dead-letters/events-x.csv", f"{LETTERS},lead_id", "1,c,,r,,ann-7890\n", '2,c,,"r\r\n x",,bob\r\n'),
        ("data/dead-letters/events-x.csv", f"{LETTERS},lead_id", "1,c,,r,,7\n", "7,c,,r,,bob\n"),
        ("data/dead-letters/leads-x.csv", f"{LETTERS},mail", "1,c,,r,,Ann@own.test\n", "2,c,,r,,bo@own.test\n"),
        ("data/dead-letters/leads-x.csv", f"{LETTERS},mail", '1,c,,r,"7;soon",\n', '2,c,,r,"8;soon",\n'),
        ("scores.csv", "lead_id,as_of,score,model_version", "7,x,50,1\n", "8,x,7,1\n"),
        ("out/table.csv", "id,p_convert,score,grade,reason_1", "7,0.7,7,A,\n", "8,0.7,7,A,\n"),
        ("reports/m-2-grades.csv", "lead_id,before,after,score_before,score_after", "7,A,B,1,2\n", "8,A,B,7,7\n"),
        ("exports/m.csv.gz", "message_id,type,lead_id,received_at", "1,t,ann-7890,x\n", "2,t,bob,x\n"),
    ],
)
def test_rows_about_the_person_go_and_the_others_stay_byte_for_byte(tmp_path, name, head, about, other):
    path = put(tmp_path, name, f"{head}\r\n{other}{about}{other}")
    assert sweep(tmp_path, remove=False) == (1, 1)
    assert about in read(path)
    assert sweep(tmp_path) == (1, 1)
    assert read(path) == f"{head}\r\n{other}{other}"
    assert sweep(tmp_path) == (0, 0)
    assert [each.name for each in path.parent.iterdir() if each.is_file()] == [path.name]


def test_a_file_without_any_row_left_goes(tmp_path):
    path = put(tmp_path, "data/dead-letters/events-x.csv", f"{LETTERS},lead_id\n1,c,,r,,7\n")
    sweep(tmp_path)
    assert not path.exists()


def test_json_lines_are_swept_too(tmp_path):
    rows = [
        {"id": "a", "received_at": "x", "code": "c", "reason": "r", "message": {"userId": who}} for who in (7, 8, "bob")
    ]
    path = put(tmp_path, "data/letters.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    assert sweep(tmp_path) == (1, 1)
    assert [json.loads(line)["message"]["userId"] for line in path.read_text().splitlines()] == [8, "bob"]


def test_the_mapping_tells_which_foreign_column_names_the_lead(tmp_path):
    text = f"{LETTERS},Kunde,Anzahl\n1,c,,r,,7,8\n2,c,,r,,8,7\n"
    path = put(tmp_path, "data/dead-letters/leads-x.csv", text)
    sweep(tmp_path, mapping=MappingConfig(leads=FileMapping(columns={"lead_id": "Kunde"})))
    assert path.read_text() == f"{LETTERS},Kunde,Anzahl\n2,c,,r,,8,7\n"


def test_parquet_files_are_rewritten_without_the_rows(tmp_path):
    frame = pd.DataFrame({"lead_id": ["7", "8", None, "ann-7890"], "as_of": [1, 2, 3, 4], "x": [0.5, 7.0, 1.0, 2.0]})
    (tmp_path / "reports").mkdir()
    path = tmp_path / "reports" / "matrix.parquet"
    frame.to_parquet(path, index=False)
    assert sweep(tmp_path) == (1, 2)
    assert pd.read_parquet(path)["as_of"].tolist() == [2, 3]


def test_an_export_of_the_person_goes_whole_and_that_of_another_stays(tmp_path):
    own = put(tmp_path, "ann.json", json.dumps({"document": DOCUMENT, "ids": ["ann-7890"], "tables": {}}))
    other = put(tmp_path, "bob.json", json.dumps({"document": DOCUMENT, "ids": ["bob"], "tables": {}}))
    assert sweep(tmp_path) == (1, 1)
    assert (own.exists(), other.exists()) == (False, True)


def test_files_of_somebody_else_are_left_alone(tmp_path):
    kept = [
        put(tmp_path, "leads.csv", "lead_id,created_at,source\nann-7890,2026-01-01,web\n"),
        put(tmp_path, "notes.json", '{"who": "ann-7890"}'),
        put(tmp_path, ".hidden/scores.csv", "lead_id,as_of,score,model_version\nann-7890,x,1,1\n"),
        put(tmp_path, "configs/events.yaml", ""),
    ]
    before = [path.read_bytes() for path in kept]
    assert sweep(tmp_path) == (0, 0)
    assert [path.read_bytes() for path in kept] == before
