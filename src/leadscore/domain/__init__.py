"""The vocabulary: leads, engagement events, outcomes, time, scores and errors; no clock, no network, no database."""
