"""Cells of a database that somebody was at with a tool: any type may stand in any column."""


def as_bytes(cell: object) -> bytes:
    """The bytes of a cell that should hold bytes; what is text or a number reads as the text it shows."""
    return bytes(cell) if isinstance(cell, bytes | bytearray | memoryview) else str(cell).encode("utf-8", "replace")


def as_number(cell: object) -> int:
    """The number in a cell that should hold one of a line; −1, which no line has, for anything else."""
    return cell if isinstance(cell, int) else -1
