"""A PostgreSQL server of the service's own, for machines that have none."""

from service.adapters.postgres.databases import Urls
from service.adapters.postgres.failure import PostgresFailed
from service.adapters.postgres.server import EmbeddedPostgres, running_urls

__all__ = ["EmbeddedPostgres", "PostgresFailed", "Urls", "running_urls"]
