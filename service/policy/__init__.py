"""Who may do what: tables that read aloud. Importing this package enters them all."""

from service.policy import archive_tables as _archive_tables
from service.policy import lending_tables as _lending_tables
from service.policy import tables as _tables
from service.policy.actor import Actor, system_actor
from service.policy.relations import principal_values
from service.policy.rules import allowed, fetch, holds, require

__all__ = [
    "Actor",
    "allowed",
    "fetch",
    "holds",
    "principal_values",
    "require",
    "system_actor",
]
assert _tables
assert _archive_tables
assert _lending_tables
