"""What leadscore does, one verb per file: here, and only here, the pure core meets store, registry and clock."""
