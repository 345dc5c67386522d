"""`leadscore backup`: the store in one file."""

from leadscore.config.load import load_settings
from leadscore.store.engine import open_store
from leadscore.store.info import get_info, set_info

from ..company import Company


def test_a_backup_put_in_the_place_of_the_store_brings_it_back(empty: Company) -> None:
    url = load_settings(empty.home).service.store_url
    store = open_store(url)
    set_info(store, "who", "me")
    store.close()
    copy = empty.home / "copy.db"
    answer = empty.run("backup", str(copy), "--json")
    assert answer.json() == {"file": str(copy), "bytes": copy.stat().st_size}
    set_info(open_store(url), "who", "somebody else")
    for end in ("", "-wal", "-shm"):
        (empty.home / f"data/leadscore.db{end}").unlink(missing_ok=True)
    copy.rename(empty.home / "data/leadscore.db")
    assert get_info(open_store(url), "who") == "me"


def test_a_backup_of_nothing_is_a_data_error(empty: Company) -> None:
    answer = empty.run("backup", str(empty.home / "copy.db"))
    assert answer.code == 3
    assert "there is no store" in answer.err
