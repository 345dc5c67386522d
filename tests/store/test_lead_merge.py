"""What several files say about one lead: the earliest statement counts from creation, later ones from their time."""

from hypothesis import given
from hypothesis import strategies as st

from leadscore.domain.lead import Lead, LeadRow
from leadscore.store.lead_merge import ConflictError, Held, LeadState, merge_rows

CREATED, NOW = 100, 1_000


def row(industry, *, updated_at=None, created_at=CREATED):
    return LeadRow(Lead("L1", created_at, "web"), ("industry",), (industry,), updated_at)


def told(state):
    return {known_at: held.value for known_at, held in sorted(state.attributes["industry"].items())}


def merged(*imports):
    state = LeadState()
    verdicts = [merge_rows(state, rows, NOW + 10 * turn) for turn, rows in enumerate(imports)]
    return state, verdicts


def test_the_columns_of_a_new_lead_are_known_when_it_was_created():
    state, verdicts = merged([row("software")])
    assert (state.created_at, told(state), verdicts) == (CREATED, {CREATED: "software"}, [[True]])


def test_the_same_row_again_changes_nothing():
    state, verdicts = merged([row("software")], [row("software")])
    assert (told(state), verdicts[1]) == ({CREATED: "software"}, [False])


def test_a_lead_without_columns_is_new_once():
    bare = LeadRow(Lead("L1", CREATED, "web"), (), ())
    state, verdicts = merged([bare], [bare])
    assert (state, verdicts) == (LeadState(CREATED), [[True], [False]])


def test_a_changed_column_is_known_from_the_import_on():
    state, verdicts = merged([row("software")], [row("retail")], [row("software")])
    assert told(state) == {CREATED: "software", NOW + 10: "retail", NOW + 20: "software"}
    assert verdicts == [[True], [True], [True]]


def test_a_column_filled_in_later_is_not_known_at_creation():
    state, _ = merged([row(None)], [row("software")])
    assert told(state) == {CREATED: None, NOW + 10: "software"}


def test_a_column_that_another_file_brings_first_counts_from_creation():
    other = LeadRow(Lead("L1", CREATED, "web"), ("country",), ("DE",))
    one, _ = merged([row("software")], [other])
    two, _ = merged([other], [row("software")])
    assert {name: list(history) for name, history in one.attributes.items()} == {
        "industry": [CREATED],
        "country": [CREATED],
    }
    assert one.attributes.keys() == two.attributes.keys()


def test_a_changed_column_with_updated_at_is_known_from_then_on():
    state, _ = merged([row("software", updated_at=200)], [row("retail", updated_at=300)])
    assert told(state) == {CREATED: "software", 300: "retail"}


def test_an_older_row_that_comes_later_takes_its_place():
    state, verdicts = merged([row("retail", updated_at=300)], [row("software", updated_at=200)])
    assert told(state) == {CREATED: "software", 300: "retail"}
    assert verdicts == [[True], [True]]


def test_two_values_of_one_updated_at_contradict_each_other():
    state, verdicts = merged([row("software", updated_at=200)], [row("retail", updated_at=200)])
    (conflict,) = verdicts[1]
    assert isinstance(conflict, ConflictError)
    assert conflict.column == "industry"
    assert told(state) == {CREATED: "software"}


def test_the_earliest_created_at_stands():
    state, verdicts = merged([row("software")], [row("software", created_at=50)], [row("software", created_at=70)])
    assert (state.created_at, verdicts[1:]) == (50, [[False], [False]])


def test_of_several_rows_in_one_file_the_first_founds_and_the_last_holds():
    state, verdicts = merged([row("software"), row("steel"), row("retail")])
    assert told(state) == {CREATED: "software", NOW: "retail"}
    assert [type(verdict) for verdict in verdicts[0]] == [bool, ConflictError, bool]


def test_a_file_with_several_rows_of_a_lead_can_be_imported_again():
    rows = [row("software"), row("steel"), row("retail")]
    state, _ = merged(rows)
    before = told(state)
    verdicts = merge_rows(state, rows, NOW + 99)
    assert told(state) == before
    assert [verdict is False for verdict in verdicts] == [True, False, True]
    assert isinstance(verdicts[1], ConflictError)


def test_a_rejected_row_adds_none_of_its_columns():
    state, _ = merged([row("software", updated_at=200)])
    both = LeadRow(Lead("L1", 1, "web"), ("country", "industry"), ("DE", "retail"), 200)
    assert isinstance(merge_rows(state, [both], NOW)[0], ConflictError)
    assert list(state.attributes) == ["industry"]
    assert state.created_at == CREATED


def test_attribute_history_at_creation_is_not_overwritten():
    state = LeadState(None, {"industry": {CREATED: Held("retail", None)}})
    assert merge_rows(state, [row("software")], NOW) == [True]
    assert told(state) == {CREATED: "retail", NOW: "software"}
    assert merge_rows(state, [row("software")], NOW + 10) == [False]


statements = st.dictionaries(st.integers(CREATED, CREATED + 6), st.sampled_from(["a", "b", None]), max_size=5)


@given(statements=statements, data=st.data())
def test_rows_with_updated_at_give_the_same_history_in_any_order(statements, data):
    rows = [row(value, updated_at=at) for at, value in statements.items()]
    rows += data.draw(st.lists(st.sampled_from(rows), max_size=3)) if rows else []
    expected, _ = merged(*([one] for one in sorted(rows, key=lambda one: one.updated_at)))
    cut = data.draw(st.integers(0, len(rows)))
    shuffled = data.draw(st.permutations(rows))
    state, verdicts = merged(shuffled[:cut], shuffled[cut:])
    assert state == expected
    assert sum(verdict is True for part in verdicts for verdict in part) == len(statements)


@given(st.lists(st.lists(st.sampled_from(["a", "b", "c", None]).map(row), min_size=1, max_size=4), max_size=4))
def test_importing_the_last_file_again_never_changes_anything(files):
    state, _ = merged(*files)
    before = state.copy()
    if files:
        verdicts = merge_rows(state, files[-1], NOW + 999)
        assert state == before
        assert True not in verdicts
