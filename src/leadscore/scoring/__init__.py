"""From a model version and a feature row to probabilities, score, grade and reasons in words."""
