"""What people do at the laptop's pages with mouse and keyboard, step by step; waits for answers, never for time."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import ConsoleMessage, FilePayload, Page, expect

from tests.rosters import make_xlsx

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PASSPHRASE = "南湖的水很清很清"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on duty, as they type themselves in."""

    id: str
    name: str
    role: str
    pin: str


@dataclass
class Hands:
    """Works in one window of the laptop; `base` is its address; `complaints` is what the browser itself found wrong."""

    page: Page
    base: str
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._hear)

    def go(self, path: str) -> None:
        """Open a page."""
        self.page.goto(self.base + path)

    def enrol(self, office: str, code: str) -> None:
        """Enrol over the network; leads to the first person's page."""
        form = self._form("/enrol")
        form.locator("input[name=url]").fill(office)
        form.locator("input[name=code]").fill(code)
        form.get_by_role("button").click()
        self.page.wait_for_url(re.compile("/people/first$"))

    def open_house(self, person: Person) -> None:
        """The first person sets the passphrase and comes on duty."""
        form = self.page.locator("form[data-steady]")
        form.locator("[name=name]").fill(person.name)
        form.locator("[name=role]").select_option(person.role)
        self._type_pins(form, person)
        form.locator("[name=passphrase]").fill(PASSPHRASE)
        form.locator("[name=passphrase_again]").fill(PASSPHRASE)
        form.get_by_role("button").click()
        self.page.wait_for_url(re.compile("/people$"))

    def add(self, person: Person) -> None:
        """The next person comes on duty, from another school."""
        form = self.page.locator("#add-person")
        form.locator("[name=name]").fill(person.name)
        form.locator("[name=unit]").fill("石桥小学")
        form.locator("[name=role]").select_option(person.role)
        form.locator("[name=outsider]").check()
        self._type_pins(form, person)
        self._send(form)

    def switch_to(self, person: Person) -> None:
        """Somebody else sits down."""
        self.go("/people/switch")
        self.page.check(f"input[value='{person.id}.{person.role}']")
        self.page.fill("input[name=pin]", person.pin)
        self.page.press("input[name=pin]", "Enter")
        self.page.wait_for_url(self.base + "/")

    def choose_roster(self, rows: list[Any]) -> None:
        """Choose a spreadsheet; leads to the preview."""
        self.go("/roster/")
        file = FilePayload(name="名册.xlsx", mimeType=XLSX, buffer=make_xlsx(rows))
        form = self.page.locator("form[enctype='multipart/form-data']").first
        form.locator("input[type=file]").set_input_files([file])
        form.locator("button").click()
        expect(self.page.locator("#preview-count")).to_be_visible()

    def save_roster(self, witness: Person) -> None:
        """Save what the preview shows, before a witness."""
        form = self.page.locator("#save")
        self._witness(form, witness)
        self._send(form)
        expect(self.page.locator("#roster-count")).to_be_visible()

    def touch(self, seat: int) -> None:
        """One touch."""
        with self.page.expect_response("**/check-in/mark"):
            self.page.locator(f".seat[data-seat='{seat}']").click()
        self.see_seat(seat, "present")

    def key_in(self, seat: int, keys: str) -> None:
        """A seat number, a name or its initials, typed wherever the cursor stands, and Enter."""
        self.page.locator("#find").blur()
        with self.page.expect_response("**/check-in/mark"):
            self.page.keyboard.type(keys)
            self.page.keyboard.press("Enter")
        self.see_seat(seat, "present")

    def mark_absent(self, seat: int, reason: str) -> None:
        """The other statuses, behind the right button."""
        self.page.locator(f".seat[data-seat='{seat}']").click(button="right")
        form = self.page.locator("#other-form")
        form.locator("[name=status][value=absent]").check()
        form.locator("[name=reason]").select_option(reason)
        with self.page.expect_response("**/check-in/mark"):
            form.locator("button.btn-primary").click()
        self.see_seat(seat, "absent")

    def see_seat(self, seat: int, status: str) -> None:
        """The seat shows this status."""
        expect(self.page.locator(f".seat[data-seat='{seat}']")).to_have_attribute("data-state", status)

    def press_enter(self, path: str) -> None:
        """The page's one solid button, by key; waits for the answer and the next page."""
        expect(self.page.locator(f"form[action$='{path}'] #main-act")).to_be_focused()
        with self.page.expect_navigation(), self.page.expect_response(f"**{path}") as answer:
            self.page.keyboard.press("Enter")
        assert answer.value.status == 200

    def open_incident(self, kind: str, what: str) -> None:
        """Type and a sentence, saved at once; leads to the list or to the incident."""
        self.go("/incidents/new")
        self.page.locator(f"label[for='type-{kind}']").click()
        form = self.page.locator("#incident-form")
        form.locator("[name=what]").fill(what)
        self._send(form)

    def count(self, block: str, row: str, numbers: Mapping[str, int], witness: Person) -> None:
        """Type one row of counts and record it with a witness."""
        self.go(f"/materials/?block={block}")
        form = self._form("/materials/count")
        for column, number in numbers.items():
            form.locator(f"input[name='{row}.{column}']").fill(str(number))
        expect(form.locator(".verdict")).to_have_class(re.compile("ok"))
        self._witness(form, witness)
        self._send(form)

    def bag(self, seal: str, witness: Person) -> None:
        """Bag everything by the chip that knows how much there is."""
        form = self._form("/materials/bag")
        form.locator("[data-fill*=sheets]").first.click()
        form.locator("[name=seal]").fill(seal)
        self._witness(form, witness)
        self._send(form)

    def seal(self, witness: Person) -> None:
        """Everything of the block is sealed."""
        form = self._form("/materials/sealed")
        self._witness(form, witness)
        self._send(form)

    def hand_in(self, note: str, witness: Person) -> None:
        """Hand in with what is still missing explained, and wait until the county's receipt is here."""
        self.go("/hand-in/")
        form = self.page.locator("main form:has([name=note])")
        form.locator("[name=note]").fill(note)
        self._witness(form, witness)
        form.get_by_role("button").click()
        expect(self.page.locator("#close-out")).to_be_visible()
        with self.page.expect_navigation():
            self.page.locator("main form[action='/sync/now'] button").click()
        # the page comes again by itself until the receipt is here
        expect(self.page.locator("#close-out[data-finished='1']")).to_be_visible(timeout=60_000)

    def _form(self, path: str) -> Any:
        return self.page.locator(f"form[data-steady][action$='{path}'], form[data-steady]:has(input[name=url])").first

    def _send(self, form: Any) -> None:
        """Press the form's own button; it leads to a page that says what was recorded."""
        with self.page.expect_navigation():
            form.locator("button:not([type=button])").click()
        expect(self.page.locator(".alert-success").first).to_be_visible()

    def _witness(self, form: Any, witness: Person) -> None:
        form.locator("[name=witness_person]").select_option(witness.id)
        form.locator("[name=witness_pin]").fill(witness.pin)

    def _type_pins(self, form: Any, person: Person) -> None:
        form.locator("[name=pin]").fill(person.pin)
        form.locator("[name=pin_again]").fill(person.pin)

    def _hear(self, message: ConsoleMessage) -> None:
        place = str(message.location.get("url", ""))
        if message.type == "error":
            self.complaints.append(f"{message.text} {place}")
