"""Asks a laptop's app as a script and as a reader do."""

from typing import Any

from shared.domain.event import Actor
from tests.field_house import FieldHouse


def say(house: FieldHouse, path: str, witness: Actor | None = None, /, **fields: Any) -> tuple[int, dict[str, Any]]:
    """The status and the JSON answer of a form."""
    house.client.environ_base["HTTP_ACCEPT"] = "application/json"
    answer = house.post(path, witness, **fields)
    return answer.status_code, answer.get_json()


def ask(house: FieldHouse, path: str, status: int = 200) -> str:
    """A page as a reader gets it."""
    house.client.environ_base["HTTP_ACCEPT"] = "text/html"
    answer = house.client.get(path)
    assert answer.status_code == status
    return answer.get_data(as_text=True)
