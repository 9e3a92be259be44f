"""At rest: the faults stop, everybody syncs three times, and then the county is held against what was confirmed.

Lines are judged by `oracle_trees`, which knows hashes and SQL only; what the product says itself (its folds, its board,
what a laptop was told) is held against those trees.
"""

from collections import Counter
from collections.abc import Iterator

from field_app.sync.client import SyncFailure
from shared.domain.errors import DomainError, ErrorCode
from shared.domain.fold import Folded
from shared.log.birth import decode_birth
from sync_server.services.board import Board
from sync_server.services.board_row import Concern
from sync_server.services.folds import Folds
from sync_server.services.plan_shelf import PlanShelf
from sync_server.store.ports import Books
from sync_server.store.records import Branch, StoredLog
from tests.faults.county import County, Party
from tests.faults.oracle_trees import Chain, Tree, marks_of, read_chains, read_office_lines, read_set_aside, read_trees

ROUNDS = 2
"""After the one in which laptops that the office does not know are enrolled: three in all."""


def come_to_rest(county: County) -> list[str]:
    """Let the faults stop, and say what does not hold."""
    county.calm()
    county.open_office()
    county.road.let_come()
    parties = [party for party in county.living() if party.open().laptop.is_enrolled]
    for party in parties:
        _let_in(party)
    failures: dict[str, str] = {}
    for _ in range(ROUNDS):
        failures = {}
        for party in parties:
            problem = party.run_pass()
            if problem is not None:
                failures[party.name] = f"{party.name} cannot sync: {problem.code.value} {dict(problem.values)}"
    for client in county.bad:
        county.findings += client.come_to_rest()
    folds = {party.name: party.open().laptop.journal.folded for party in parties}
    findings = [*county.findings, *failures.values()]
    for party in parties:
        findings += _check_counts(party)
    for party in parties:
        party.close()
    return findings + list(_check(county, parties, folds))


def _let_in(party: Party) -> None:
    """A laptop that the office does not know gets a fresh code, as its page tells people to ask for."""
    problem = party.run_pass()
    if isinstance(problem, SyncFailure) and problem.refused == ErrorCode.DEVICE_UNKNOWN:
        try:
            party.enrol()
        except DomainError as refusal:
            party.county.findings.append(f"{party.name} cannot be enrolled again: {refusal.code}")


def _check_counts(party: Party) -> list[str]:
    runner = party.runner()
    waiting = runner.recorded - runner.received
    heard = party.open().laptop.contents.county_lines()
    code = party.school
    office = party.county.office
    school = office.store.read(lambda book: book.find_school(code))
    assert school is not None
    findings = [f"{party.name}: {waiting} lines wait for a receipt"] if waiting else []
    said = office.county_logs.lines(school)
    if party.county.went_back:  # an office that was restored may have forgotten what it said last
        heard = heard[: len(said)]
    return findings + ([] if said == heard else [f"{party.name}: the county log differs"])


def _check(county: County, parties: list[Party], folds: dict[str, Folded]) -> Iterator[str]:
    database = county.folder / "office" / "server.sqlite"
    trees, chains = read_trees(database), {party.name: read_chains(party.folder / "log.sqlite") for party in parties}
    for name, tree in trees.items():
        yield from (f"office, log {name[:8]}: {finding}" for finding in tree.findings)
    for party in parties:
        own = chains[party.name]
        for chain in own:
            yield from _check_held(party, chain, trees.get(chain.log))
        yield from _check_alarm(party, own[-1], trees.get(own[-1].log, Tree()))
        if own[-1].log in trees:
            yield from _check_fold(county, party, own, folds[party.name])
        if not county.went_back and any(b'"office_went_back"' in line for line in own[-1].lines):
            yield f"{party.name} says that the office went back, and it did not"
    apart = {line for party in parties for line in read_set_aside(party.folder)}
    lost = county.confirmed - county.discarded - apart - read_office_lines(database)
    if lost:
        yield f"{len(lost)} confirmed lines are lost"
    yield from _check_bad(county, trees)
    yield from _check_verdicts(county, trees)
    yield from _check_board(county, trees)


def _check_held(party: Party, chain: Chain, tree: Tree | None) -> Iterator[str]:
    missing = [seq for seq, digest in enumerate(chain.hashes[1:], 1) if tree is None or digest not in tree.lines]
    if missing:
        yield f"{party.name}: {len(missing)} lines of log {chain.log[:8]} are not at the office, from {missing[0]} on"


def _check_alarm(party: Party, own: Chain, tree: Tree) -> Iterator[str]:
    """A laptop must know when the office holds other lines of its log, or more; and must not cry without reason."""
    mine, behind = set(own.hashes), set[bytes]()
    for digest, before in tree.parents.items():  # in the order in which they were stored: parents first
        if before == own.hashes[-1] or before in behind:
            behind.add(digest)
    other = any(digest not in mine and digest not in behind for digest in (*tree.parents, *tree.heads))
    wanted = {ErrorCode.LOG_FORKED} if other else {None}
    if behind:
        wanted = {ErrorCode.LOG_BEHIND, ErrorCode.LOG_FORKED} if other else {ErrorCode.LOG_BEHIND}
    if party.finding not in wanted:
        yield f"{party.name} was told {party.finding}, and not {' or '.join(map(str, sorted(map(str, wanted))))}"


def _check_fold(county: County, party: Party, chains: list[Chain], folded: Folded) -> Iterator[str]:
    office, own = county.office, chains[-1]
    for folds, which in ((office.folds, "kept"), (Folds(office.store), "made anew")):
        for branch, told, _rows in _folded(county, folds, own.log):
            if branch.head.hash == own.hashes[-1] and told != folded:
                yield f"{party.name}: the office's fold, {which}, differs in {_difference(told, folded)}"
    marks = folded.day.attendance.marks
    counted = {(block, seat): mark.status.value for block, seats in marks.items() for seat, mark in seats.items()}
    if counted != marks_of(chains, county.poison):
        yield f"{party.name}: the marks are not those that its lines say"


def _check_bad(county: County, trees: dict[str, Tree]) -> Iterator[str]:
    """What bad clients said is kept byte for byte, with a verdict beside every bad line and beside no other."""
    for client in county.bad:
        log = client.heads[0].log
        tree = trees.get(log, Tree())
        if [tree.lines.get(head.hash) for head in client.heads[1:]] != client.lines:
            yield "lines of a bad client are lost"
        judged = next(_folded(county, Folds(county.office.store), log))[1]
        if set(judged.verdicts) != client.poisoned:
            yield f"verdicts stand beside {sorted(judged.verdicts)}, and bad are {sorted(client.poisoned)}"


def _difference(one: Folded, other: Folded) -> str:
    fields = [name for name in one._fields if getattr(one, name) != getattr(other, name)]
    fields += [name for name in one.day._fields if getattr(one.day, name) != getattr(other.day, name)]
    return ", ".join(f"{name}" for name in fields)


def _check_board(county: County, trees: dict[str, Tree]) -> Iterator[str]:
    """Every fork stands on the county's board, and no school is accused of one that it has not."""
    office = county.office
    logs = office.store.read(lambda book: [(log.id, decode_birth(log.birth).school) for log in book.list_logs()])
    forks = Counter[str]()
    for name, school in logs:
        forks[school] += trees[name].leaves - 1
    for row in Board(office, PlanShelf(office.store)).all_rows():
        told = row.facts.forks if row.facts is not None else 0
        if told != forks[row.school.code] or (Concern.FORK in row.concerns) != (forks[row.school.code] > 0):
            yield f"the board tells of {told} forks where there are {forks[row.school.code]}"


def _check_verdicts(county: County, trees: dict[str, Tree]) -> Iterator[str]:
    """The verdict beside every stored line is the one that a fold made anew gives."""
    for name in trees:
        for branch, folded, rows in _folded(county, Folds(county.office.store), name):
            own = {seq: code.value for seq, code in folded.verdicts.items() if seq > max(branch.fork, 0)}
            if rows != own:
                yield f"log {name[:8]}: the verdicts beside its lines are {rows}, and should be {own}"


def _folded(county: County, folds: Folds, name: str) -> Iterator[tuple[Branch, Folded, dict[int, str]]]:
    """Every branch of a log with its fold and the verdicts beside its own lines."""

    def work(book: Books) -> list[tuple[Branch, dict[int, str], StoredLog]]:
        stored = book.find_log(name)
        assert stored is not None
        return [
            (branch, {one.seq: one.code for one in book.verdicts(stored, branch.no)}, stored)
            for branch in book.branches(stored)
        ]

    for branch, rows, stored in county.office.store.read(work):
        yield branch, folds.fold(stored, branch), rows
