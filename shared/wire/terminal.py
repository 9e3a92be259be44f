"""How every command speaks: one sentence an error in both languages, exit codes 0, 1 and 2, progress on a terminal."""

import sys
from collections.abc import Iterable, Iterator
from typing import Any, Protocol, TypeVar, runtime_checkable

import click
from rich.console import Console
from rich.progress import Progress

from shared.domain.errors import DomainError
from shared.wire.problems import sentence

T = TypeVar("T")


@runtime_checkable
class ManyProblems(Protocol):
    """An error that holds several sentences, as a file with several mistakes does."""

    def sentences(self, language: str) -> list[str]:
        """One sentence for each thing to change."""
        ...


class SpokenGroup(click.Group):
    """A group of commands whose refusals become a sentence and exit 1; wrong usage stays exit 2."""

    def invoke(self, ctx: click.Context) -> Any:
        """See `click.Group.invoke`."""
        try:
            return super().invoke(ctx)
        except DomainError as error:
            say_error(error)
            ctx.exit(1)


class SpokenCommand(click.Command):
    """One command that speaks as a `SpokenGroup` does."""

    def invoke(self, ctx: click.Context) -> Any:
        """See `click.Command.invoke`."""
        try:
            return super().invoke(ctx)
        except DomainError as error:
            say_error(error)
            ctx.exit(1)


def say_error(error: DomainError) -> None:
    """Print what is wrong and what to do instead, Chinese first, on standard error."""
    for language in ("zh", "en"):
        click.echo(sentence(error, language), err=True)
        if isinstance(error, ManyProblems):
            for line in error.sentences(language):
                click.echo(f"  {line}", err=True)


def show_progress(items: Iterable[T], title: str, total: int) -> Iterator[T]:
    """The items, with a progress bar while they are worked on when standard error is a terminal."""
    if not sys.stderr.isatty():
        yield from items
        return
    with Progress(console=Console(stderr=True), transient=True) as progress:
        yield from progress.track(items, total=total, description=title)
