"""From facts to training rows: which lead as of which instant, what it came to, and which rows judge a model."""
