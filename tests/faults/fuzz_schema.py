"""Fuzzing from the OpenAPI document: schemathesis makes requests that fit it and others that do not, with a session."""

import random
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import load_all_checks
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from shared.web.limits import limiter
from shared.wire.routes import LOG_TYPE, PREFIX
from tests.faults.fuzz_judge import judge_answer
from tests.faults.fuzz_office import Attacked
from tests.faults.watch import Case
from tests.office_house import fragment

BATCH = 6
"""Examples that hypothesis makes at once."""

MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)


def schema_cases(chance: random.Random, folder: Path) -> Iterator[Case]:
    """Requests that schemathesis makes from the office's own document."""
    load_all_checks()
    attacked = Attacked(chance, folder)
    _teach_log_type(attacked)
    schema: Any = schemathesis.openapi.from_wsgi(f"{PREFIX}/openapi.json", attacked.house.app)
    operations = [found.ok() for found in schema.get_all_operations()]
    strategies = [one.as_strategy(generation_mode=mode) for one in operations for mode in MODES]
    try:
        while True:
            for strategy in chance.sample(strategies, len(strategies)):
                for made in _examples(strategy, chance.randrange(2**32)):
                    yield partial(_send, attacked, made)
    finally:
        attacked.close()


def _teach_log_type(attacked: Attacked) -> None:
    """What a push's body is: the document says no more than bytes."""
    bodies = [fragment(log, after, birth=not after) for _, log in attacked.logs for after in (0, 4)]
    schemathesis.openapi.media_type(LOG_TYPE, st.sampled_from(bodies) | st.binary(max_size=400))
    schemathesis.serializer(LOG_TYPE)(lambda _context, value: value)


def _examples(strategy: Any, start: int) -> list[Any]:
    made: list[Any] = []

    @seed(start)
    @settings(
        max_examples=BATCH,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def collect(case: Any) -> None:
        made.append(case)

    collect()
    return made


def _send(attacked: Attacked, case: Any) -> tuple[list[str], str]:
    limiter.reset()
    answer = case.call(headers=attacked.chance.choice(attacked.laptops).headers())
    route = f"{case.operation.method.upper()} {case.operation.path.replace('/{sha256}', '')}"
    kind = answer.headers.get("content-type", [""])[0]
    body = answer.json() if kind.startswith("application/json") else None
    findings, outcome = judge_answer(answer.status_code, body, attacked.declared[route])
    findings += attacked.observer.judge(outcome if answer.status_code >= 400 else "")
    try:
        case.validate_response(answer, checks=[content_type_conformance, response_schema_conformance])
    except FailureGroup as failures:
        findings += [f"{route}: {failure.title}: {failure.message}"[:300] for failure in failures.exceptions]
    return findings, f"{case.operation.path.rpartition('/v1/')[2].partition('/')[0]} {outcome}"
