"""Every role on every page, for its own school and for another: the table of access, asked through the browser."""

import io
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from shared.domain.errors import DomainError
from sync_server.services.access import ACTIONS, AccountRole, Action
from tests.made_up_log import MadeUpLog
from tests.made_up_office import NAN_HU, PEOPLE, SHI_QIAO, OfficeHouse, form_token, make_office_house

PAGES: dict[str, Action] = {
    "/": Action.VIEW_BOARD,
    "/board/table": Action.VIEW_BOARD,
    "/board/signals": Action.VIEW_BOARD,
    "/board/signals/table": Action.VIEW_BOARD,
    "/board.json": Action.VIEW_BOARD,
    "/board.xlsx": Action.EXPORT_BOARD,
    "/board.csv": Action.EXPORT_BOARD,
    f"/schools/{NAN_HU}": Action.VIEW_SCHOOL,
    f"/schools/{NAN_HU}/log": Action.VIEW_LOG,
    "/messages": Action.VIEW_MESSAGES,
    "/bundles": Action.IMPORT_BUNDLE,
    f"/bundles/receipt/{NAN_HU}": Action.IMPORT_BUNDLE,
    "/heads": Action.VIEW_LOG,
    "/quarantine": Action.VIEW_QUARANTINE,
    f"/quarantine?school={NAN_HU}": Action.VIEW_QUARANTINE,
    "/quarantine/1": Action.VIEW_QUARANTINE,
    "/quarantine/1/data": Action.VIEW_QUARANTINE,
    "/backups": Action.VIEW_BACKUPS,
    "/accounts": Action.MANAGE_ACCOUNTS,
    "/password": Action.CHANGE_OWN_PASSWORD,
}
FORMS: dict[str, Action] = {
    "/messages": Action.SEND_MESSAGE,
    "/heads": Action.VIEW_LOG,
    f"/schools/{NAN_HU}/records": Action.CHOOSE_RECORDS,
    f"/schools/{NAN_HU}/laptops/NOBODY": Action.BAR_LAPTOP,
    "/quarantine/1/release": Action.SETTLE_QUARANTINE,
    "/quarantine/1/leave": Action.SETTLE_QUARANTINE,
}
ROLES = {"admin": AccountRole.ADMIN, **{name: AccountRole(role) for name, (role, _, _) in PEOPLE.items()}}


class Visits:
    """One signed-in browser for each account: signing in is slow on purpose."""

    def __init__(self, house: OfficeHouse) -> None:
        self.house = house
        self.clients = {name: house.client(name) for name in ROLES}

    def __getitem__(self, name: str) -> FlaskClient:
        return self.clients[name]


@pytest.fixture(scope="module")
def visits(house: OfficeHouse) -> Visits:
    return Visits(house)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OfficeHouse]:
    made = make_office_house(tmp_path_factory.mktemp("office"))
    made.receive(made.log(NAN_HU).open(27))
    made.receive(made.log(SHI_QIAO).open(28))
    with pytest.raises(DomainError):
        made.receive(MadeUpLog(NAN_HU, made.plan, "2021-x").open(3))
    yield made
    made.office.close()


def count_lines(house: OfficeHouse) -> int:
    """How much the county has said to the second school."""
    school = next(s for s in house.office.store.read(lambda book: book.list_schools()) if s.code == SHI_QIAO)
    return len(house.office.county_logs.lines(school))


def test_every_role_is_tried() -> None:
    assert set(ROLES.values()) == set(AccountRole)
    assert set(ACTIONS) == set(Action)


@pytest.mark.parametrize("name", ROLES)
@pytest.mark.parametrize("page", PAGES)
def test_a_role_opens_what_the_table_says(visits: Visits, name: str, page: str) -> None:
    allowed = ROLES[name] in ACTIONS[PAGES[page]]
    assert visits[name].get(page).status_code == (200 if allowed else 403)


@pytest.mark.parametrize("page", PAGES)
def test_nobody_gets_in_without_signing_in(house: OfficeHouse, page: str) -> None:
    answer = house.app.test_client().get(page)
    assert answer.status_code == (401 if page == "/board.json" else 302)
    assert "南湖小学" not in answer.text


@pytest.mark.parametrize("name", ROLES)
@pytest.mark.parametrize("form", FORMS)
def test_a_role_sends_what_the_table_says(visits: Visits, name: str, form: str) -> None:
    client = visits[name]
    answer = client.post(form, data={"form_token": form_token(client.get("/password").text)})
    assert (answer.status_code != 403) == (ROLES[name] in ACTIONS[FORMS[form]])


@pytest.mark.parametrize("name", ROLES)
@pytest.mark.parametrize("page", [f"/schools/{SHI_QIAO}", f"/schools/{SHI_QIAO}/log"])
def test_another_school_is_open_to_wide_scopes_only(visits: Visits, name: str, page: str) -> None:
    role = ROLES[name]
    theirs = 404 if role is AccountRole.SCHOOL else 200
    expected = theirs if role in ACTIONS[Action.VIEW_SCHOOL] else 403
    assert visits[name].get(page).status_code == expected


def test_a_school_sees_itself_only(visits: Visits) -> None:
    client = visits["南湖"]
    for page in ("/", "/board/table", "/board/signals", "/board/signals/table", "/board.json", "/messages"):
        assert "石桥小学" not in client.get(page).text
    assert [row["school"] for row in (client.get("/board.json").json or {})["schools"]] == [NAN_HU]


@pytest.mark.parametrize("name", ROLES)
def test_only_county_staff_send_messages(house: OfficeHouse, visits: Visits, name: str) -> None:
    client = visits[name]
    token = form_token(client.get("/password").text)
    before = count_lines(house)
    client.post("/messages", data={"to": SHI_QIAO, "text": "核对", "form_token": token})
    after = count_lines(house)
    assert after - before == (1 if ROLES[name] is AccountRole.COUNTY else 0)


@pytest.mark.parametrize("name", ROLES)
def test_only_county_staff_import_bundles(visits: Visits, name: str) -> None:
    client = visits[name]
    token = form_token(client.get("/password").text)
    answer = client.post("/bundles", data={"files": (io.BytesIO(b"x"), "x.bundle"), "form_token": token})
    assert answer.status_code == (200 if ROLES[name] is AccountRole.COUNTY else 403)


@pytest.mark.parametrize("name", ROLES)
def test_only_the_administrator_adds_accounts(house: OfficeHouse, visits: Visits, name: str) -> None:
    client = visits[name]
    token = form_token(client.get("/password").text)
    form = {"name": f"新{name}", "role": "county", "scope_kind": "county", "scope": "", "form_token": token}
    client.post("/accounts", data=form)
    made = house.office.store.read(lambda book: book.find_account(f"新{name}"))
    assert (made is not None) == (name == "admin")


def test_no_route_of_the_pages_is_without_a_rule(house: OfficeHouse) -> None:
    features = ("board", "school", "bundles", "heads", "quarantine", "backups")
    ours = [rule.rule for rule in house.app.url_map.iter_rules() if rule.endpoint.split(".")[0] in features]
    names = {NAN_HU: "<code>", "NOBODY": "<device>", ".xlsx": ".<any(xlsx, csv):form>", "/1": "/<int:number>"}
    tried = set()
    for page in PAGES | FORMS:
        for name, part in names.items():
            page = page.replace(name, part)
        tried.add(page)
    assert set(ours) <= tried
