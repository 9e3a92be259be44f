"""A sheet as it came from a file or the clipboard: rows of raw cells, counted from the top left corner."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Grid:
    """One sheet; `rows[0][0]` is cell A1, so that rows and columns can be named as the person sees them."""

    name: str
    rows: list[list[object]] = field(repr=False)
    hidden: bool = False
