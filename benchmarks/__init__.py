"""The ratios: what is measured, how, and the last table (latest.json)."""
