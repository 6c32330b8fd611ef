"""The rules, in plain Python, without I/O: start reading here."""
