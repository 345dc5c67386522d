"""The strictness every configuration section shares."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A part of a configuration file: immutable, and a key it does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)
