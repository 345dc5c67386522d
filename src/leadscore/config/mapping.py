"""`configs/mapping.yaml`: how columns of foreign exports become the columns leadscore imports."""

from datetime import date

from pydantic import Field

from leadscore.config.section import Section


class FileMapping(Section):
    """How one kind of file is read."""

    columns: dict[str, str] = {}
    """leadscore column -> column of the file."""
    constants: dict[str, str] = {}
    """leadscore column -> one value for every row."""
    day_zero: str | None = None
    """Date that day counts in time columns are relative to, e.g. `2024-02-01` for a column that holds -5 or 12."""
    key_columns: tuple[str, ...] = ()
    """File columns joined by `:` into the row's id (event_id of events) where the file has none."""
    values: dict[str, dict[str, str]] = {}
    """leadscore column -> file value -> value to store; other values stay as they are."""
    keep: dict[str, tuple[str, ...]] = {}
    """File column -> values; rows with another value are none of this kind and are skipped, and counted as such."""
    composed: dict[str, tuple[str, ...]] = {}
    """leadscore column -> file columns whose texts, joined by `:`, fill it; e.g. a lead_id of three columns."""
    day_zeros: dict[str, dict[str, date]] = {}
    """One file column -> its values -> the date that day counts in time columns of such rows are relative to."""
    join: dict[str, str] = {}
    """Further file, beside the imported one -> a column of both; its other columns are added to rows of like value."""
    ignore: tuple[str, ...] = ()
    """File columns that become no attribute, e.g. what is filled in after the outcome."""
    first_rows_only: bool = False
    """Of leads files with many rows per lead: only the earliest makes the lead; the others are skipped."""


class MappingConfig(Section):
    """Reading of foreign exports; without a block, a file must have leadscore's own columns."""

    timezone: str = Field("UTC", min_length=1)
    """Zone of times that name none."""
    leads: FileMapping = FileMapping()
    """Mapping of leads files."""
    attributes: FileMapping = FileMapping()
    """Mapping of attribute history files."""
    events: FileMapping = FileMapping()
    """Mapping of event files."""
    outcomes: FileMapping = FileMapping()
    """Mapping of outcome files."""
