"""Training: from data to a checkpoint. One entry point a stage; stages meet in files."""
