"""The tumor Space: page, API and launch settings. The model's side lives in `shared`."""
