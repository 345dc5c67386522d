"""Words about doubtful data, without knowing who reads them."""

from collections.abc import Callable

Notice = Callable[[str], None]
"""Receives one sentence that names column, row and remedy; the command line writes it to stderr."""


def unheard(text: str) -> None:
    """Tell nobody."""


def rows_named(rows: int) -> str:
    """A number of rows in words.

    >>> rows_named(1), rows_named(2_000)
    ('1 row', '2,000 rows')
    """
    return "1 row" if rows == 1 else f"{rows:,} rows"
