"""The page of the hottest leads, rendered on the server, for people who sign in with a key."""
