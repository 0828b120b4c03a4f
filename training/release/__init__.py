"""From a checkpoint to a version on the Hub, and which of them a Space runs."""
