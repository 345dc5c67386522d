"""Learning conversion chances from labelled rows, judging them, and reading them back to serve."""
