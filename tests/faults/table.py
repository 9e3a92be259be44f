"""The figures in docs/reliability.md, written from the results file: no figure there is typed by hand."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from tests.faults.frame import ROOT, Campaign, Result, figures_of, name_of

PAGE = ROOT / "docs" / "reliability.md"
RESULTS = ROOT / "docs" / "fault-runs.jsonl"
BEGIN, END = "<!-- figures: written by `make docs` -->\n", "<!-- end of figures -->\n"


def write_page(page: str, campaigns: Iterable[Campaign], results: Sequence[Result]) -> str:
    """The page with its figures as the results give them."""
    before, rest = page.split(BEGIN)
    _old, after = rest.split(END)
    return f"{before}{BEGIN}{figures(list(campaigns), results)}{END}{after}"


def figures(campaigns: Sequence[Campaign], results: Sequence[Result]) -> str:
    """What was tried and found: in all, in each place, and by the controls."""
    ran = [(campaign, [done for done in results if done.campaign == campaign.name]) for campaign in campaigns]
    found = [(campaign, own) for campaign, own in ran if own]
    return "\n".join(
        (
            *_table(("campaign", "tried", "findings", "hours", "run as", "commits"), map(_sum_row, found)),
            "",
            *_table(("where", "so often"), _place_rows(found)),
            "",
            *_table(
                ("negative control", "findings"), (row for one in campaigns for row in _control_rows(one, results))
            ),
            "",
        )
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    for row in (head, ["---"] * len(head), *rows):
        yield f"| {' | '.join(row)} |"


def _sum_row(found: tuple[Campaign, Sequence[Result]]) -> Sequence[str]:
    campaign, own = found
    tried, wrong = sum(done.tried for done in own), sum(done.found for done in own)
    hours = sum(done.seconds for done in own) / 3600
    more = [f"{count:,} {what}" for what, count in _totals(own).items() if what != campaign.unit]
    told = "; ".join([f"{tried:,} {campaign.unit}", *more])
    return f"`{campaign.name}`", told, f"{wrong:,}", f"{hours:.1f}", _commands(campaign, own), _commits(own)


def _totals(own: Sequence[Result]) -> Mapping[str, int]:
    """Each kind of figure, over all places; kinds of outcome that only the places tell apart are left to them."""
    totals: Counter[str] = Counter()
    for name, count in figures_of(own).items():
        totals[_split(name)[0]] += count
    return dict(sorted(totals.items()))


def _split(name: str) -> tuple[str, str]:
    """What a figure counts, and where; "rebuilt in part in database" is of the database."""
    what, _in, place = name.rpartition(" in ")
    return (what, place) if what else (name, "")


def _commands(campaign: Campaign, own: Sequence[Result]) -> str:
    """How to run the same again: the seed, and up to where its parts go."""
    ends: dict[str, int] = {}
    for done in own:
        seed, first, count = done.part.split(":")
        ends[seed] = max(ends.get(seed, 0), int(first) + int(count))
    return ", ".join(f"`SEED={seed} COUNT={end}`" for seed, end in sorted(ends.items()))


def _commits(own: Sequence[Result]) -> str:
    days: dict[str, list[str]] = {}
    for done in sorted(own, key=lambda done: done.date):
        known = days.setdefault(done.date, [])
        known += [done.commit] if done.commit not in known else []
    return "; ".join(f"{day} {', '.join(commits)}" for day, commits in days.items())


def _place_rows(found: Sequence[tuple[Campaign, Sequence[Result]]]) -> Iterator[Sequence[str]]:
    """A row for each place that figures name, with all that was done to it."""
    places: dict[str, dict[str, list[str]]] = {}
    for campaign, own in found:
        for name, count in sorted(figures_of(own).items()):
            what, place = _split(name)
            if place:
                places.setdefault(place, {}).setdefault(campaign.name, []).append(f"{count:,} {what}")
    for place, told in places.items():
        yield place, "; ".join(f"`{campaign}` {', '.join(counts)}" for campaign, counts in told.items())


def _control_rows(campaign: Campaign, results: Sequence[Result]) -> Iterator[Sequence[str]]:
    """The newest run of each control."""
    for control in campaign.controls:
        own = [done for done in results if done.campaign == name_of(campaign, control)]
        if own:
            yield f"`{campaign.name}` without {control}", f"{own[-1].found:,} in {own[-1].tried:,} {campaign.unit}"
