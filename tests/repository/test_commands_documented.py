"""docs/cli.md and docs/events.md say what the code does now."""

from pathlib import Path

import click
import pytest

from bench.documents import commands_page, events_page, find_commands, walk_commands
from shared.domain.catalogue_of_events import CATALOGUE


@pytest.fixture(scope="module")
def commands() -> dict[str, click.Command]:
    return find_commands()


def test_every_command_is_in_cli_page(root: Path, commands: dict[str, click.Command]) -> None:
    page = (root / "docs" / "cli.md").read_text(encoding="utf-8")
    paths = [path for path, _ in walk_commands(commands)]
    assert [path for path in paths if f"## `{path}`\n" not in page] == []


def test_every_command_says_what_it_is_for(commands: dict[str, click.Command]) -> None:
    assert [path for path, command in walk_commands(commands) if not command.help] == []


def test_every_option_says_what_it_is_for(commands: dict[str, click.Command]) -> None:
    silent = [
        f"{path} {option.name}"
        for path, command in walk_commands(commands)
        for option in command.params
        if isinstance(option, click.Option) and not option.help
    ]
    assert silent == []


def test_cli_page_is_current(root: Path, commands: dict[str, click.Command]) -> None:
    assert (root / "docs" / "cli.md").read_text(encoding="utf-8") == commands_page(commands), "run `make docs`"


def test_events_page_is_current(root: Path) -> None:
    assert (root / "docs" / "events.md").read_text(encoding="utf-8") == events_page(CATALOGUE), "run `make docs`"


def test_every_event_type_is_in_events_page(root: Path) -> None:
    page = (root / "docs" / "events.md").read_text(encoding="utf-8")
    assert [event_type.name for event_type in CATALOGUE if f"### `{event_type.name}`\n" not in page] == []


def test_nested_commands_are_walked() -> None:
    leaf = click.Command("leaf", help="A leaf.")
    tree = {"tree": click.Group("tree", help="A tree.", commands={"branch": click.Group("branch", {"leaf": leaf})})}
    assert [path for path, _ in walk_commands(tree)] == [
        "testday tree",
        "testday tree branch",
        "testday tree branch leaf",
    ]
    assert "## `testday tree branch leaf`\n" in commands_page(tree)
