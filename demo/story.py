"""What all chapters share: the people who act, what is told, and who is who."""

from dataclasses import dataclass, field
from functools import cached_property

import httpx

from demo.callers import TIMEOUT_S, Caller
from demo.organisation import GENERAL_MANAGER, Person, people
from demo.stage import Stage
from demo.telling import Telling


@dataclass
class Story:
    """One run of the demo against a service."""

    stage: Stage
    telling: Telling
    client: httpx.Client = field(init=False)
    _callers: dict[str, Caller] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Opens one connection pool for everybody."""
        self.client = httpx.Client(base_url=self.stage.address, timeout=TIMEOUT_S)

    def by(self, code: str) -> Caller:
        """Somebody who acts, under their own log-in."""
        if code not in self._callers:
            self._callers[code] = Caller(self.client, code, self.stage.passwords.of(code))
        return self._callers[code]

    def by_id(self, staff_id: str) -> Caller:
        """The same, by the id that the service gave."""
        return self.by(self.codes[staff_id])

    @cached_property
    def codes(self) -> dict[str, str]:
        """The staff code of each id; asked for once everybody has been entered."""
        return {person["id"]: person["code"] for person in self.by(GENERAL_MANAGER).items("/v1/staff")}

    @cached_property
    def people(self) -> dict[str, Person]:
        """The demo's people by their codes."""
        return {person.code: person for person in people()}

    def name(self, staff_id: str) -> str:
        """Somebody as the story calls them, by id."""
        return self.called(self.codes[staff_id])

    def called(self, code: str) -> str:
        """Somebody as the story calls them."""
        return f"{self.people[code].name} ({code})"
