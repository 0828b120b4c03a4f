"""What the Spaces and training both need: reading input, loading checkpoints, predicting, explaining."""
