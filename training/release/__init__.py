"""From a trained checkpoint to a Space that answers with it: push, promote, deploy, look."""
