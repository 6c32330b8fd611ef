"""The promised contract: what goes in and out as JSON."""
