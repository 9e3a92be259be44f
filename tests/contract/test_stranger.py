"""A verifier that knows only docs/sync-protocol.md finds the same places as ours, whatever was done to a log."""

import ast
import json
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from shared.domain.errors import DomainError
from shared.log.birth import decode_birth
from shared.log.logfile import read_fragment
from shared.log.verification import verify_log
from tests.contract import stranger
from tests.damaged_logs import DAMAGES
from tests.log_mutations import mutate
from tests.make_wire_vectors import FOLDER, key_of

LOG = (FOLDER / "log.log").read_bytes()
BIRTH = LOG.partition(b"\n")[0].decode()
ROUNDS, PARTS = 4000, 8


def ours(data: bytes) -> object:
    """What our verification finds in a file: whole, sealed, first and last bad line, code; or just a code."""
    try:
        fragment = read_fragment(data, damaged=True)
    except DomainError:
        return "not_a_log"
    if fragment.birth is None:
        return "not_a_log"
    try:
        report = verify_log(fragment.birth, fragment.lines, fragment.heads)
    except DomainError as problem:
        return problem.code.value
    code = report.problem.code.value if report.problem else None
    return report.is_whole, report.sealed, report.first_bad, report.last_bad, code


def theirs(data: bytes) -> object:
    """The same of the stranger."""
    try:
        found = stranger.verify(data)
    except stranger.Strange as problem:
        return str(problem)
    return found.whole, found.sealed, found.first_bad, found.last_bad, found.code


def test_the_stranger_has_nothing_of_ours() -> None:
    tree = ast.parse(Path(stranger.__file__).read_text(encoding="utf-8"))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "." for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    packages = {name.partition(".")[0] for name in imported}
    assert {name for name in packages if name not in sys.stdlib_module_names} == {"cryptography"}


def test_the_stranger_runs_alone(tmp_path: Path) -> None:
    command = [sys.executable, "-I", str(Path(stranger.__file__)), str(FOLDER / "log.log")]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("Finding(whole=True, sealed=12,")


@pytest.mark.parametrize("damage", DAMAGES)
def test_both_find_the_place_that_the_vector_names(damage: str) -> None:
    vector = next(one for one in json.loads((FOLDER / "damaged.json").read_bytes()) if one["name"] == damage)
    expected = tuple(vector[key] for key in ("whole", "sealed", "first_bad", "last_bad", "code"))
    data = vector["file"].encode("utf-8", "surrogateescape")
    assert expected == ours(data) == theirs(data)
    assert data == DAMAGES[damage](LOG)


@pytest.mark.parametrize("part", range(PARTS))
def test_both_find_the_same_in_mutated_logs(part: int) -> None:
    chance, key, seen = random.Random(part), key_of("log"), Counter[object]()
    for turn in range(ROUNDS // PARTS):
        data = mutate(chance, LOG, key)
        found = ours(data)
        assert found == theirs(data), (turn, data)
        seen[found if isinstance(found, str) else found[-1]] += 1  # type: ignore[index]
    assert {None, "not_a_line", "chain_broken", "head_signature_wrong", "not_a_log"} <= seen.keys()


BIRTHS: dict[str, str] = {
    "as it is": BIRTH,
    "a space": BIRTH.replace(",", ", ", 1),
    "an escaped letter": BIRTH.replace("yunxi", "yun\\u0078i"),
    "another order": BIRTH.replace('"mode":"live","rate":1', '"rate":1,"mode":"live"'),
    "a key more": BIRTH.replace("}", ',"more":1}'),
    "a key twice": BIRTH.replace('"rate":1', '"rate":1,"rate":1'),
    "a true version": BIRTH.replace('"birth":1', '"birth":true'),
    "version 2": BIRTH.replace('"birth":1', '"birth":2'),
    "a float": BIRTH.replace('"rate":1', '"rate":1.0'),
    "a time as text": BIRTH.replace('"born":1653433200000', '"born":"1653433200000"'),
    "a school as number": BIRTH.replace('"530521001"', "530521001"),
    "a live log that runs faster": BIRTH.replace('"rate":1', '"rate":2'),
    "a rehearsal": BIRTH.replace('"live","rate":1', '"rehearsal","rate":60'),
    "a rehearsal that stands": BIRTH.replace('"live","rate":1', '"rehearsal","rate":0'),
    "another mode": BIRTH.replace('"live"', '"test"'),
    "another log": BIRTH.replace('"log":"7', '"log":"8'),
    "a capital in the key": BIRTH.replace('"key":"dc', '"key":"DC'),
    "a space in the key": BIRTH.replace('"key":"dc', '"key":"dc '),
    "a short key": BIRTH.replace('"key":"dc', '"key":"'),
    "no object": "[]",
    "not closed": BIRTH[:-1],
}


def born(ancestor: object) -> str:
    return BIRTH.replace('"ancestor":null', f'"ancestor":{json.dumps(ancestor, separators=(",", ":"))}')


HASH = "0123456789abcdef" * 4
ANCESTORS: dict[str, str] = {
    "good": born({"log": "0" * 26, "seq": 5, "hash": HASH}),
    "of another order": born({"seq": 5, "log": "0" * 26, "hash": HASH}),
    "with a short hash": born({"log": "0" * 26, "seq": 5, "hash": HASH[:-2]}),
    "with a capital": born({"log": "0" * 26, "seq": 5, "hash": HASH.upper()}),
    "before its birth": born({"log": "0" * 26, "seq": -1, "hash": HASH}),
    "of no log": born({"log": "ancestor", "seq": 5, "hash": HASH}),
    "a text": born("0" * 26),
    "nothing": born({}),
}


def ours_of_birth(record: bytes) -> str | None:
    try:
        decode_birth(record)
    except DomainError as problem:
        return problem.code.value
    return None


def theirs_of_birth(record: bytes) -> str | None:
    try:
        stranger.read_birth(record)
    except stranger.Strange as problem:
        return str(problem)
    return None


@pytest.mark.parametrize("record", BIRTHS.values(), ids=BIRTHS)
def test_both_read_births_alike(record: str) -> None:
    good, mismatch = ("as it is", "a rehearsal"), ("another log",)
    expected = {BIRTHS[n]: None for n in good} | {BIRTHS[n]: "log_key_mismatch" for n in mismatch}
    found = ours_of_birth(record.encode())
    assert found == theirs_of_birth(record.encode()) == expected.get(record, "not_a_line")


@pytest.mark.parametrize("record", ANCESTORS.values(), ids=ANCESTORS)
def test_both_read_ancestors_alike(record: str) -> None:
    found = ours_of_birth(record.encode())
    assert found == theirs_of_birth(record.encode()) == (None if record == ANCESTORS["good"] else "not_a_line")
