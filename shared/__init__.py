"""What Spaces and training both need: reading, loading, predicting, explaining."""
