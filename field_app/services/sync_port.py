"""What pages may ask of the sync: how it stands, and a pass now."""

from typing import Protocol

from field_app.sync.receipts import ReceiptsTaken
from field_app.sync.status import SyncStatus


class Sync(Protocol):
    """The laptop's sync as pages see it."""

    def start(self) -> None:
        """Begin passes once the laptop is enrolled; harmless otherwise."""
        ...

    def restart(self) -> None:
        """Go on with what the laptop is enrolled for now."""
        ...

    def status(self) -> SyncStatus:
        """How it stands now."""
        ...

    def sync_now(self) -> None:
        """Ask for a pass at once; returns without waiting for it."""
        ...

    def take_receipt_file(self, data: bytes, name: str) -> ReceiptsTaken:
        """Keep what the county wrote on a stick."""
        ...
