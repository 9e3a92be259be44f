"""Receipts: what the office signs for, kept for ever beside the log."""

from shared.domain.clock import Clock
from shared.log.chain import Head
from shared.log.receipt import Receipt
from shared.log.signing import RECEIPT_CONTEXT, SigningKey
from sync_server.store.ports import LogBook
from sync_server.store.records import SignedReceipt, StoredLog


class Receipts:
    """Signs and keeps receipts; of several for the same head and mark the first is kept."""

    def __init__(self, key: SigningKey, epoch: str, clock: Clock) -> None:
        self._key = key
        self._epoch = epoch
        self._clock = clock

    def sign(self, school: str, head: Head, mark: str) -> SignedReceipt:
        """A fresh receipt; it counts only once it is kept in the commit that holds the lines."""
        receipt = Receipt(school, head, mark, self._epoch, self._clock.now().wall)
        text = receipt.encode()
        return SignedReceipt(receipt, text, self._key.sign(RECEIPT_CONTEXT, text))

    def keep(self, book: LogBook, log: StoredLog, signed: SignedReceipt) -> None:
        """Keep a receipt in the running unit of work."""
        book.add_receipt(log, signed.receipt, signed.text, signed.signature)
