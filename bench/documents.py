"""Writes the reference pages that come from the code: docs/cli.md and docs/events.md (`make docs`)."""

import inspect
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import entry_points
from pathlib import Path

import click

from shared.domain.catalogue import Catalogue, EventType, Field, Kind
from shared.domain.catalogue_of_events import CATALOGUE
from shared.domain.roles import STAFF, Role

DOCS = Path(__file__).parent.parent / "docs"
NOTICE = "<!-- Written by `make docs`. Do not edit. -->\n\n"

CLI_START = f"""# Commands

{NOTICE}One command, `testday`; each part of the product adds its own. Every command answers `--help`.
"""

EVENTS_START = f"""# Event types

{NOTICE}What a log can say. [architecture.md](architecture.md) describes what all lines have in common (`school`,
`actor`, `at`, …); this page describes `data`. Times are milliseconds since 1970; an *optional* field may be left out.
"""


def find_commands() -> dict[str, click.Command]:
    """The installed first-level commands of `testday`, by name."""
    return {entry.name: entry.load() for entry in entry_points(group="testday.commands")}


def walk_commands(commands: Mapping[str, click.Command]) -> Iterator[tuple[str, click.Command]]:
    """Every command with its full name (`testday field open`), parents before children, in alphabetical order."""
    for name, command in sorted(commands.items()):
        yield from _walk(f"testday {name}", command)


def _walk(path: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        with click.Context(command, info_name=path) as context:
            children = {name: command.get_command(context, name) for name in command.list_commands(context)}
        for name, child in sorted(children.items()):
            if child is not None:
                yield from _walk(f"{path} {name}", child)


def commands_page(commands: Mapping[str, click.Command]) -> str:
    """The text of docs/cli.md."""
    return CLI_START + "".join(_command_section(path, command) for path, command in walk_commands(commands))


def _command_section(path: str, command: click.Command) -> str:
    with click.Context(command, info_name=path) as context:
        usage = " ".join([path, *command.collect_usage_pieces(context)])
        records = [param.get_help_record(context) for param in command.params]
    words = inspect.cleandoc((command.help or "").partition("\f")[0].replace("\b\n", ""))
    options = [f"- `{names}`{': ' if text else ''}{text}" for names, text in filter(None, records)]
    parts = [f"\n## `{path}`", f"    {usage}", words, "\n".join(options)]
    return "\n\n".join(part for part in parts if part) + "\n"


def events_page(catalogue: Catalogue) -> str:
    """The text of docs/events.md."""
    types = list(catalogue)
    features = sorted({event_type.feature for event_type in types})
    return EVENTS_START + "".join(
        f"\n## {feature}\n" + "".join(_event_section(t) for t in types if t.feature == feature) for feature in features
    )


def _event_section(event_type: EventType) -> str:
    facts = [f"Version {event_type.version}.", f"Recorded by {_roles(event_type.may)}."]
    if event_type.witnesses:
        people = "witness" if event_type.witnesses == 1 else "witnesses"
        facts.append(f"Needs {event_type.witnesses} {people}: {_roles(event_type.witness_by)}.")
    if event_type.milestone:
        facts.append("A signed head is written with it.")
    fields = "".join(_field_rows(event_type.fields, ""))
    table = f"\n| field | meaning | holds |\n|---|---|---|\n{fields}" if fields else "\nNo data.\n"
    title = f"\n### `{event_type.name}`\n\n{event_type.title.zh} · {event_type.title.en}\n"
    return f"{title}\n{' '.join(facts)}\n{table}"


def _roles(roles: Iterable[Role]) -> str:
    chosen = set(roles)
    if chosen >= STAFF:
        return "anyone on duty" if Role.LAPTOP not in chosen else "anyone on duty or the laptop"
    return ", ".join(f"`{role}`" for role in Role if role in chosen) or "nobody"


def _field_rows(fields: Iterable[Field], prefix: str) -> Iterator[str]:
    for field in fields:
        optional = "" if field.required else " *(optional)*"
        yield f"| `{prefix}{field.name}` | {field.words.zh} · {field.words.en} | {_holds(field)}{optional} |\n"
        yield from _field_rows(field.rows, f"{prefix}{field.name}[].")


def _holds(field: Field) -> str:
    match field.kind:
        case Kind.TEXT:
            return f"text, at most {field.most} characters"
        case Kind.NUMBER:
            return f"whole number, {field.least} to {field.most}"
        case Kind.FLAG:
            return "`true` or `false`"
        case Kind.CHOICE:
            return "; ".join(f"`{c.id}` {c.words.zh} {c.words.en}" for c in field.choices)
        case Kind.SEATS:
            return f"list of seat numbers from 1 to {field.most}, each once"
        case Kind.ROWS:
            return f"list of at most {field.most} records"
        case Kind.RECORD:
            return "a record with the fields of the event type that it corrects"


def write_pages(folder: Path = DOCS) -> None:
    """Write both pages into `folder`."""
    (folder / "cli.md").write_text(commands_page(find_commands()), encoding="utf-8", newline="\n")
    (folder / "events.md").write_text(events_page(CATALOGUE), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write_pages()
