"""The tumor Space: its page, its API and its launch settings. The model's side lives in `shared`."""
