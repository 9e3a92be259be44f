"""Rules about a plan's phases: in order, in possible times, paper sealed, pupils in one place at a time."""

from collections.abc import Iterator
from itertools import combinations, pairwise

from shared.domain.blocks import WITHOUT_PUPILS
from shared.domain.errors import ErrorCode
from shared.domain.plan import BlockKind, Mode, PhaseKind, Source, clock_text
from shared.wire.plan_draft import Draft, Loaded
from shared.wire.plan_findings import Finding, Path

_LEAVES_PAPER = frozenset({Mode.PAPER, Mode.HYBRID})
_ORDER = list(PhaseKind)
_SEAL_LINE = "- {phase: seal, start: 待定, end: 待定}"


def check_phases(block: Loaded, path: Path) -> Iterator[Finding]:
    """A finding for everything wrong with the phases of one block."""
    for rule in (_phases_in_order, _phase_times, _sources, _parts, _sealed):
        yield from rule(block, path)


def _phases_in_order(block: Loaded, path: Path) -> Iterator[Finding]:
    for index, (before, phase) in enumerate(pairwise(block["phases"]), start=1):
        where = (*path, "phases", index)
        if phase["phase"] is before["phase"]:
            yield Finding(ErrorCode.PLAN_DUPLICATE_ID, where, {"id": phase["phase"]})
        elif _ORDER.index(phase["phase"]) < _ORDER.index(before["phase"]):
            values = {"phase": phase["phase"], "before": before["phase"]}
            yield Finding(ErrorCode.PLAN_PHASE_ORDER, where, values)


def _phase_times(block: Loaded, path: Path) -> Iterator[Finding]:
    """Each phase ends after it starts, and starts when every phase written before it is over."""
    until, last = 0, ""
    for index, phase in enumerate(block["phases"]):
        start, end = phase["start"], phase["end"]
        where = (*path, "phases", index)
        if start is not None and end is not None and end <= start:
            values = {"start": clock_text(start), "end": clock_text(end)}
            yield Finding(ErrorCode.PLAN_END_BEFORE_START, (*where, "end"), values)
            continue
        first = start if start is not None else end
        if first is not None and first < until:
            values = {"start": clock_text(first), "before": last, "until": clock_text(until)}
            key = "start" if start is not None else "end"
            yield Finding(ErrorCode.PLAN_PHASE_TOO_EARLY, (*where, key), values)
        latest = end if end is not None else start
        if latest is not None and latest >= until:
            until, last = latest, phase["phase"]


def _sources(block: Loaded, path: Path) -> Iterator[Finding]:
    """Times and the word on where they come from must not contradict each other."""
    for index, phase in enumerate(block["phases"]):
        unknown = phase["start"] is None and phase["end"] is None
        if phase["source"] is not None and unknown != (phase["source"] is Source.UNKNOWN):
            allowed = Source.UNKNOWN.value if unknown else f"{Source.STATED}, {Source.INFERRED}"
            values = {"value": phase["source"], "allowed": allowed}
            yield Finding(ErrorCode.PLAN_VALUE_INVALID, (*path, "phases", index, "source"), values)


def _parts(block: Loaded, path: Path) -> Iterator[Finding]:
    """What is answered has an answer phase and a mode; only preparation has neither, and PE has no mode."""
    kinds = {phase["phase"] for phase in block["phases"]}
    if block["kind"] is BlockKind.PREPARATION:
        return
    if PhaseKind.ANSWER not in kinds:
        yield Finding(ErrorCode.PLAN_KEY_MISSING, (*path, "phases"), {"key": "phase: answer"})
    if block["mode"] is None and block["kind"] is not BlockKind.PE:
        yield Finding(ErrorCode.PLAN_KEY_MISSING, (*path, "mode"), {"key": "mode"})


def _sealed(block: Loaded, path: Path) -> Iterator[Finding]:
    kinds = {phase["phase"] for phase in block["phases"]}
    if block["mode"] in _LEAVES_PAPER and PhaseKind.ANSWER in kinds and PhaseKind.SEAL not in kinds:
        values = {"mode": block["mode"], "example": _SEAL_LINE}
        yield Finding(ErrorCode.PLAN_SEAL_MISSING, (*path, "phases"), values)


def check_overlaps(draft: Draft) -> Iterator[Finding]:
    """One finding for each two blocks that want the same pupils at once; sealing needs no pupils."""
    staff = {group["id"] for group in draft.items("groups") if group["pupils"] == 0}
    timed = sorted(_busy(draft, staff), key=lambda entry: entry[0])
    told = set()
    for (start, end, who, path), (later, _, other_who, other_path) in combinations(timed, 2):
        pair = frozenset({path[1], other_path[1]})
        if who == other_who and later < end and len(pair) > 1 and pair not in told:
            told.add(pair)
            values = {"other": _phase_name(draft, path), "start": clock_text(start), "end": clock_text(end)}
            yield Finding(ErrorCode.PLAN_OVERLAP, (*other_path, "start"), values)


def _busy(draft: Draft, staff: set[str]) -> Iterator[tuple[int, int, tuple[str, str], tuple[str, int, str, int]]]:
    """(start, end, (day, group), path) of every phase that keeps pupils busy and whose times are known."""
    for index, block in draft.sections["blocks"].items():
        for number, phase in enumerate(block["phases"]):
            start, end = phase["start"], phase["end"]
            free = block["group"] in staff or phase["phase"] in WITHOUT_PUPILS
            if not free and start is not None and end is not None and start < end:
                yield start, end, (block["day"], block["group"]), ("blocks", index, "phases", number)


def _phase_name(draft: Draft, path: tuple[str, int, str, int]) -> str:
    block = draft.sections["blocks"][path[1]]
    return f"{block['id']}.{block['phases'][path[3]]['phase']}"
