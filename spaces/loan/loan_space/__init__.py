"""The page and the API of the loan Space; no model code."""
