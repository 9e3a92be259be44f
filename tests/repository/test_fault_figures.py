"""The figures in docs/reliability.md are those of docs/fault-runs.jsonl, and nobody typed them."""

from tests.faults.__main__ import CAMPAIGNS
from tests.faults.frame import read_results
from tests.faults.table import PAGE, RESULTS, write_page


def test_page_gives_the_figures_of_the_runs() -> None:
    page = PAGE.read_text("utf-8")
    assert page == write_page(page, CAMPAIGNS.values(), read_results(RESULTS)), "run `make docs`"


def test_runs_are_few_lines_that_found_nothing() -> None:
    results = read_results(RESULTS)
    assert len(results) == len(RESULTS.read_text("utf-8").splitlines()) < 300
    assert [done for done in results if done.found and " without " not in done.campaign] == []
    assert all(done.commit and done.date for done in results)
