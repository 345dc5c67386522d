"""Notes about the store itself."""

from leadscore.store.info import get_info, set_info


def test_a_note_is_replaced_by_the_next_under_its_name(store):
    assert get_info(store, "simulated") is None
    set_info(store, "simulated", "seed 7")
    set_info(store, "simulated", "seed 8")
    set_info(store, "other", "é☃")
    assert (get_info(store, "simulated"), get_info(store, "other")) == ("seed 8", "é☃")
