"""The second verifier, whose writer saw only the documents, finds the same places as ours; it has nothing of ours."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.contract import second_bundle, second_client, second_verifier
from tests.damaged_logs import DAMAGES
from tests.make_wire_vectors import FOLDER
from tests.two_readers import ours, theirs

ROOT = Path(__file__).parents[2]
LOG = (FOLDER / "log.log").read_bytes()
BIRTH = LOG.partition(b"\n")[0].decode()
SECOND = (second_verifier, second_bundle, second_client)


@pytest.mark.parametrize("module", SECOND, ids=lambda module: module.__name__)
def test_the_second_programs_have_nothing_of_ours(module: object) -> None:
    tree = ast.parse(Path(str(getattr(module, "__file__"))).read_text(encoding="utf-8"))  # noqa: B009
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            package = node.module or "."
            imported |= {f"{package}.{name.name}" for name in node.names} if package == "tests.contract" else {package}
    allowed = {"cryptography", "requests", *sys.stdlib_module_names}
    assert {name for name in imported if name.partition(".")[0] not in allowed} <= {one.__name__ for one in SECOND}


def test_the_verifier_is_a_program_of_its_own() -> None:
    command = [sys.executable, "-m", second_verifier.__name__, str(FOLDER / "log.log")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("Verdict(ok=True, sealed=12, lines=12,")


@pytest.mark.parametrize("damage", DAMAGES)
def test_both_find_the_place_that_the_vector_names(damage: str) -> None:
    vector = next(one for one in json.loads((FOLDER / "damaged.json").read_bytes()) if one["name"] == damage)
    expected = tuple(vector[key] for key in ("whole", "sealed", "first_bad", "last_bad", "code"))
    data = vector["file"].encode("utf-8", "surrogateescape")
    assert expected == ours(data) == theirs(data)
    assert data == DAMAGES[damage](LOG)


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
    "another letter in the log": BIRTH.replace('"log":"7', '"log":"U'),
    "a log and a key that do not fit, in a rate of no log": BIRTH.replace('"log":"7', '"log":"8').replace(
        '"rate":1', '"rate":2'
    ),
    "a short plan": BIRTH.replace('"plan":"a2', '"plan":"'),
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


@pytest.mark.parametrize("record", BIRTHS.values(), ids=BIRTHS)
def test_both_read_births_alike(record: str) -> None:
    expected = {BIRTHS["as it is"]: None, BIRTHS["a rehearsal"]: None, BIRTHS["no object"]: "not_a_log"}
    expected |= {BIRTHS["another log"]: "log_key_mismatch"}
    data = f"{record}\n".encode()
    assert ours(data).code == theirs(data).code == expected.get(record, "not_a_line")


@pytest.mark.parametrize("record", ANCESTORS.values(), ids=ANCESTORS)
def test_both_read_ancestors_alike(record: str) -> None:
    data = f"{record}\n".encode()
    assert ours(data).code == theirs(data).code == (None if record == ANCESTORS["good"] else "not_a_line")
