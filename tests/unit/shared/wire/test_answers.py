"""What a newer office says besides, in any part of an answer, is passed over, as docs/sync-protocol.md promises."""

import json
from pathlib import Path
from typing import Any

import pytest
from marshmallow import EXCLUDE, Schema

from shared.wire import schemas

WIRE = Path(__file__).parents[3] / "data" / "wire" / "v1"
REHEARSAL = {"rate": 60, "real_start": 1, "shown_start": 2}


def vector(name: str) -> Any:
    return json.loads((WIRE / name).read_text(encoding="utf-8"))


def later(answer: Any) -> Any:
    """The answer as an office of a later release might give it: one more key in every object."""
    if isinstance(answer, dict):
        return {"later": [1], **{key: later(value) for key, value in answer.items()}}
    return [later(part) for part in answer] if isinstance(answer, list) else answer


ANSWERS = [
    (schemas.EnrolAnswer(), vector("enrol.json")["answer"] | {"mode": "rehearsal", "rehearsal": REHEARSAL}),
    *((schemas.PushAnswer(), said["answer"]) for said in vector("push.json") if "answer" in said),
    *((schemas.ProbeAnswer(), said["answer"]) for said in vector("probe.json") if "answer" in said),
]


@pytest.mark.parametrize(("schema", "answer"), ANSWERS)
def test_a_key_of_a_later_release_is_passed_over(schema: Schema, answer: dict[str, Any]) -> None:
    assert schema.load(later(answer), unknown=EXCLUDE) == schema.load(answer)
