"""The kit beside a black box comes back as it was, and what is no kit is refused."""

import pytest

from shared.domain.errors import DomainError, ErrorCode
from shared.wire.kit import Kit, read_kit
from shared.wire.plan_file import shipped_plans
from tests.field_house import PLAN_2022, enrolment_for


def test_a_kit_comes_back_byte_for_byte() -> None:
    plan = shipped_plans()[PLAN_2022].replace(b"\n", b"\r\n")
    kit = Kit(enrolment_for("ab" * 32), (plan, b"# second\n"), '{"birth":1}\n{"县":1}\n'.encode())
    assert read_kit(kit.encode()) == kit


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b"\xff", b'{"kit":"testday kit 2"}', b'{"kit":"testday kit 1"}'])
def test_what_is_no_kit_is_refused(data: bytes) -> None:
    with pytest.raises(DomainError) as refused:
        read_kit(data)
    assert refused.value.code is ErrorCode.ENROLMENT_UNREADABLE
