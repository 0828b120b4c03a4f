"""Why the models answer as they do, and what would change the answer."""
