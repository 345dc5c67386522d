"""Reading and writing instants."""

import pytest

from leadscore.domain.errors import DataError
from leadscore.domain.time import EARLIEST_US, LATEST_US, format_instant, parse_instant


@pytest.mark.parametrize("text", ["9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+12:00"])
def test_an_instant_that_leaves_the_calendar_in_utc_is_refused(text: str) -> None:
    with pytest.raises(DataError, match="is no date") as refused:
        parse_instant(text)
    assert refused.value.code == "LS-TIME-02"


@pytest.mark.parametrize("at", [EARLIEST_US, LATEST_US])
def test_the_ends_of_the_calendar_are_read_and_written(at: int) -> None:
    assert parse_instant(format_instant(at)).at == at
