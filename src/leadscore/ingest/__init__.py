"""Raw input to clean facts, or a dead letter with its reason; nothing here reads a clock, a network or a database."""
