"""The `testday` command; each part of the product adds its own by an entry point, so that the parts stay apart."""

from importlib.metadata import EntryPoint, entry_points

import click

from shared.wire.terminal import SpokenGroup


class PartsGroup(SpokenGroup):
    """Finds commands among the entry points of `testday.commands`, and loads only the one that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """See `click.Group.list_commands`."""
        return sorted(_parts())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """See `click.Group.get_command`."""
        part = _parts().get(cmd_name)
        return part.load() if part else None


@click.group(cls=PartsGroup)
@click.version_option(package_name="testday")
def main() -> None:
    """Test Day: the shared logbook, clock and count book of a test day, and the county office's board.

    测试日：测试当天共用的记录、时钟与清点，以及县级看板。
    """


def _parts() -> dict[str, EntryPoint]:
    return {part.name: part for part in entry_points(group="testday.commands")}
