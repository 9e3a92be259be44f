"""The people of one school at their laptop: each with a window of their own, signed in with their PIN."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bench.simulation.browser import Browser
from bench.simulation.county import Staff
from bench.simulation.ledger import Ledger


@dataclass(slots=True)
class OnDuty:
    """A person on duty: their id on this laptop, who they are, and their window once they have signed in."""

    person: str
    staff: Staff
    window: Browser | None = None


@dataclass(slots=True)
class People:
    """Everyone on duty at one laptop, and the forms they send; every confirmed record goes into the ledger."""

    launch_url: str
    ledger: Ledger
    on_duty: list[OnDuty] = field(default_factory=list)

    def who(self, role: str, nth: int = 0) -> OnDuty:
        """The person in a role; the `nth` of several."""
        return [person for person in self.on_duty if person.staff.role == role][nth]

    def window(self, role: str, nth: int = 0) -> Browser:
        """The window of the person in a role, signed in at its first use."""
        who = self.who(role, nth)
        if who.window is None:
            who.window = Browser.enter(self.launch_url)
            who.window.post("/people/switch", {"person": who.person, "pin": who.staff.pin})
        return who.window

    def witness(self, role: str, nth: int = 0) -> dict[str, str]:
        """What a witness types into somebody else's form."""
        who = self.who(role, nth)
        return {"witness_person": who.person, "witness_pin": who.staff.pin}

    def record(
        self, role: str, path: str, kind: str, form: Mapping[str, Any], data: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Send a form as the person in `role`; notes the line that the reply confirms.

        `kind` is the event type expected there and `data` what its line must hold (None: the form's own fields).
        """
        reply = self.window(role).post(path, form)
        carried = {key: value for key, value in form.items() if not key.startswith(("witness_", "request_id"))}
        self.ledger.confirm(reply, kind, carried if data is None else data)
        return reply
