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
            return {
                "logs": [_probed(book, school, item) for item in asked],
                "county": {"seq": county.seq, "hash": county.hash.hex()} if county else None,
            }

        return self._store.read(work)


def _probed(book: Books, school: School, item: Mapping[str, Any]) -> dict[str, Any]:
    stored = book.find_log(item["log"])
    answer: dict[str, Any] = {"log": item["log"], "heads": []}
    if stored is None or stored.school_no != school.no:
        return answer
    lineage = Lineage(book, stored)
    answer["heads"] = [_point(branch.head) for branch in lineage.branches]
    if "at" in item:
        first = lineage.branches[0]
        found = [(seq, lineage.hash_at(first, seq)) for seq in item["at"] if seq <= first.head.seq]
        answer["at"] = [{"seq": seq, "hash": digest.hex()} for seq, digest in found if digest is not None]
    newest = book.newest_receipt(stored, BACKED_UP) if "backed_up" in item else None
    if newest is not None and newest[0] > item["backed_up"]:
        answer["backed_up"] = {"receipt": newest[1], "sig": newest[2]}
    return answer


def _point(head: Head) -> dict[str, Any]:
    return {"seq": head.seq, "hash": head.hash.hex()}
