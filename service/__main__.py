"""`python -m service` is the `evenhand` command."""

from service.cli import app

app()
