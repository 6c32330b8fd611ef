"""Who asks: a staff member, an integration, or the system itself."""

from dataclasses import dataclass, field
from uuid import UUID

from service.domain.people import LINE_ROLES


@dataclass(frozen=True, slots=True)
class Actor:
    """The one who acts, with the roles and scopes that count now."""

    kind: str
    id: UUID | None
    name: str
    roles: frozenset[str] = frozenset()
    department_id: UUID | None = None
    scopes: frozenset[str] = frozenset()
    departments: tuple[UUID, ...] | None = None
    on_behalf_of: UUID | None = None
    principals: tuple[UUID, ...] = field(init=False)
    shape: tuple[object, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Works out under which holder ids memberships let this actor see accounts, and which actors are alike.

        Actors of one shape share the text of a statement: it depends on nothing else of them, ids are bound values.
        """
        own = (self.id,) if self.id else ()
        principals = own + self.line + (self.departments or ())
        unrestricted = self.departments is None
        shape = (self.kind, self.roles, self.scopes, len(principals), bool(self.line), unrestricted)
        object.__setattr__(self, "principals", principals)
        object.__setattr__(self, "shape", shape)

    @property
    def line(self) -> tuple[UUID, ...]:
        """The department that this actor leads, if they do; managers above see it by its parents' rows."""
        return (self.department_id,) if self.department_id and self.roles & LINE_ROLES else ()


def system_actor(name: str) -> Actor:
    """A named part of the service that acts by itself, such as a job."""
    return Actor(kind="system", id=None, name=name)
