"""One pydantic model per YAML file in `configs/`; unknown keys are refused, all faults are told at once."""
