"""A simulated company whose leads have a known true probability of becoming customers."""
