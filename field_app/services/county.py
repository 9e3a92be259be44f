"""What the county has said to this school: messages, and a newer plan to adopt."""

from field_app.services.laptop import Laptop
from shared.wire.county_log import County, Said, fold_county, tell_county


def listen_to_county(laptop: Laptop) -> County:
    """Everything pulled from the county log so far, folded."""
    return fold_county(laptop.contents.county_lines())


def hear_county(laptop: Laptop) -> list[Said]:
    """Its messages and decisions in words, oldest first."""
    return tell_county(laptop.contents.county_lines())


def newer_plan(laptop: Laptop) -> str | None:
    """The hash of a plan that the county has published, that is here, and that is not in force; None otherwise."""
    published = listen_to_county(laptop).plan
    if published is None or published == laptop.plan.sha256 or laptop.contents.find_content(published) is None:
        return None
    return published
