"""The two loan models."""
