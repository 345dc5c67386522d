"""Fields that know the outcome: what gives them away, one rule per file."""
