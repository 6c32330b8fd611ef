"""The one failure of this package."""


class PostgresFailed(Exception):  # noqa: N818 - what happened, like the service's other failures
    """PostgreSQL cannot be used, for the reason and the way out that the sentence names."""
