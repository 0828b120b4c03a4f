"""The tumor network: audit, split, fit, decide, evaluate, export."""
