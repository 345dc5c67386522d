"""`configs/mapping.yaml`: how columns of foreign exports become the columns leadscore imports."""

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
