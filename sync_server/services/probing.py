"""Probing: what the office holds of a laptop's logs, so that the laptop can compute where to send from."""

from collections.abc import Mapping
from typing import Any

from shared.log.chain import Head
from shared.log.receipt import BACKED_UP
from sync_server.services.lineage import Lineage
from sync_server.store.ports import Books, Store
from sync_server.store.records import School


class Probing:
    """Answers probes from what is committed."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def probe(self, school: School, asked: list[Mapping[str, Any]]) -> dict[str, Any]:
        """One answer for each log asked about, and the county log's head; another school's log is unknown here."""

        def work(book: Books) -> dict[str, Any]:
            county = book.county_head(school.no)
            answers, beside = [], list[dict[str, str]]()
            for item in asked:
                answer, more = _probed(book, school, item)
                answers.append(answer)
                beside += more
            told = {"logs": answers, "county": _point(county) if county else None}
            return told | ({"backed_up_beside": beside} if beside else {})

        return self._store.read(work)


def _probed(book: Books, school: School, item: Mapping[str, Any]) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """The answer, and receipts of branches beside the one that is backed up furthest: only the laptop knows its own."""
    stored = book.find_log(item["log"])
    answer: dict[str, Any] = {"log": item["log"], "heads": []}
    if stored is None or stored.school_no != school.no:
        return answer, []
    lineage = Lineage(book, stored)
    answer["heads"] = [_point(branch.head) for branch in lineage.branches]
    if "at" in item:
        first = lineage.branches[0]
        found = [(seq, lineage.hash_at(first, seq)) for seq in item["at"] if seq <= first.head.seq]
        answer["at"] = [{"seq": seq, "hash": digest.hex()} for seq, digest in found if digest is not None]
    if "backed_up" not in item:
        return answer, []
    kept = dict.fromkeys(lineage.newest_receipts(BACKED_UP).values())
    newest = [receipt.travelled() for receipt in kept if receipt.head.seq > item["backed_up"]]
    return answer | ({"backed_up": newest[0]} if newest else {}), newest[1:]


def _point(head: Head) -> dict[str, Any]:
    return {"seq": head.seq, "hash": head.hash.hex()}
