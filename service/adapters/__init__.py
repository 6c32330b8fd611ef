"""The outside world: database server, files, spreadsheets, identity."""
