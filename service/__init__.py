"""Evenhand: key accounts shared fairly, explained, appealable."""
