"""Whether what is served still is what was promised."""
