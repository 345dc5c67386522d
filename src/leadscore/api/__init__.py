"""HTTP: scoring, tracking, outcomes, leads and models; every error is problem+json with a stable code."""
