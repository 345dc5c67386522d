"""Where facts, scores, decisions and keys are kept: SQLite or PostgreSQL, one schema, one writer at a time."""
