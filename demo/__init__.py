"""Evenhand's main job on real companies, done through its API: `make demo`."""
