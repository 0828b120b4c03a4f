"""Which tumor a slice shows: the network, its decision, and where it looked."""
