"""The training of the checkpoints: data, fit, evaluation, export. One entry point a stage; stages meet in files."""
