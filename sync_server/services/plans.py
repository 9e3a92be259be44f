"""Plans at the office: kept by hash, given to the schools of their stage, published in their county logs."""

from dataclasses import replace

from shared.domain.clock import Clock
from shared.domain.plan import Plan
from shared.wire.county_log import PLAN_PUBLISHED
from shared.wire.plan_file import read_plan
from sync_server.services.county_log import CountyLogs
from sync_server.store.ports import Books, Store
from sync_server.store.records import Content, School

KIND = "plan"


class Plans:
    """Adds plans and finds the one in force for a stage."""

    def __init__(self, store: Store, county_logs: CountyLogs, clock: Clock) -> None:
        self._store = store
        self._county_logs = county_logs
        self._clock = clock

    def add_plan(self, data: bytes, name: str, person: str, stage: str | None = None) -> tuple[Plan, int]:
        """Keep a plan and give it to every school of its stage; returns it and how many schools got it.

        `stage` is a grade when the plan is for another than its own; raises PlanProblems.
        """
        plan = read_plan(data, name)
        for_stage = stage or str(plan.grade)
        content = Content(plan.sha256, KIND, plan.id, for_stage, plan.revision, data)
        at = self._clock.now().wall

        def work(book: Books) -> int:
            book.add_content(content, at)
            schools = [s for s in book.list_schools() if s.stage == for_stage and s.plan != plan.sha256]
            for school in schools:
                self._publish(book, school, content, person)
            return len(schools)

        return plan, self._store.write(work)

    def _publish(self, book: Books, school: School, content: Content, person: str) -> None:
        book.save_school(replace(school, plan=content.sha256))
        if school.plan:  # a school without a plan has no laptop yet; enrolment tells it
            data = {"sha256": content.sha256, "plan": content.name, "revision": content.revision}
            self._county_logs.append_within(book, school, PLAN_PUBLISHED.name, data, person)


def plan_for(book: Books, stage: str) -> str:
    """The hash of the newest plan for a stage, or an empty text."""
    return next((content.sha256 for content in book.list_contents(KIND) if content.stage == stage), "")
