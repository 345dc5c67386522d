"""The cells of one column, each distinct text looked at once."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from leadscore.dataset.column_cells import ColumnCells, is_grouped, is_number


@given(st.lists(st.sampled_from(["", "a", "b", " a ", "n/a", None]), min_size=1, max_size=20))
def test_rows_are_counted_as_a_loop_over_them_would(cells: list[str | None]) -> None:
    column = ColumnCells(pd.Series(cells, dtype=object))
    trimmed = [None if cell is None or cell.strip() in ("", "n/a") else cell.strip() for cell in cells]
    is_a = column.which(lambda text: text == "a")
    assert column.present == sum(text is not None for text in trimmed)
    assert column.rows(is_a) == trimmed.count("a")
    if "a" in trimmed:
        assert column.first(is_a) == f"row {trimmed.index('a') + 1}: 'a'"
    np.testing.assert_array_equal(column.by_row(is_a), [text == "a" for text in trimmed])


def test_an_empty_cell_is_named_as_such() -> None:
    column = ColumnCells(pd.Series(["a", "", "b"]))
    assert column.first(~column.held) == "row 2: empty"


@given(st.integers(0, 10**12), st.sampled_from(",.' \u00a0"))
def test_a_number_with_separators_of_thousands_is_known_or_read_as_a_decimal(number: int, separator: str) -> None:
    text = f"{number:,}".replace(",", separator)
    assert is_grouped(text) != is_number(text)
