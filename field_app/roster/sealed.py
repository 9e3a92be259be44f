"""The sealed roster: the pupils' names in one encrypted file, opened by the site passphrase, destroyed at close-out."""

import threading
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag

from field_app.roster import locks
from field_app.roster.pupil import Pupil
from field_app.roster.sealed_file import SealedFile, decode_file, decode_pupils, encode_file, encode_pupils
from shared.domain.errors import DomainError, ErrorCode
from shared.store.durable import disk_errors, erase, fresh_path, publish, read_file, write_whole

_PUPILS = b"testday roster pupils 1"


class SealedRoster:
    """One `roster.enc`; once unlocked, its key stays in this object's memory only. Safe to use from several threads."""

    def __init__(self, path: Path, cost: int = locks.SCRYPT_COST) -> None:
        self.path = path
        self._cost = cost
        self._gone = path.with_name(path.name + ".gone")
        self._damaged = path.with_name(path.name + ".damaged")
        self._staged = path.with_name(path.name + ".next")
        self._key: bytes | None = None
        self._mutex = threading.RLock()

    @property
    def exists(self) -> bool:
        """Whether a passphrase was set here and the roster was not destroyed since (it may hold no pupils yet)."""
        return self.path.exists() and not _inspect(self.path)[0]

    @property
    def can_open(self) -> bool:
        """Whether there is a lock that a passphrase may open; none before the first, after the end, or when damaged."""
        try:
            return bool(self._get_lock())
        except DomainError:
            return False

    @property
    def is_unlocked(self) -> bool:
        """Whether the key is in memory."""
        return self._key is not None

    @property
    def fingerprint(self) -> str:
        """SHA-256 hex of the ciphertext as it is now, and of the last one after destruction; ROSTER_MISSING."""
        return _inspect(self.path)[1]

    def set_passphrase(self, passphrase: str) -> None:
        """Begin an empty roster and unlock it; PASSPHRASE_TOO_SHORT, or ROSTER_EXISTS when there is one."""
        with self._mutex:
            key = locks.new_key()
            fresh = SealedFile(locks.make_lock(key, passphrase, self._cost), _seal(key, ()))
            self._make_room()
            self._write(fresh)
            self._key = key

    def unlock(self, passphrase: str) -> None:
        """Take the key into memory; PASSPHRASE_WRONG, ROSTER_MISSING, ROSTER_DAMAGED."""
        with self._mutex:
            self._key = self._get_lock().open(passphrase)

    def lock(self) -> None:
        """Forget the key."""
        self._key = None

    def save(self, pupils: Iterable[Pupil]) -> None:
        """Seal these pupils in place of those before; ROSTER_LOCKED, ROSTER_MISSING, DISK_FULL, NOT_RECORDED."""
        with self._mutex:
            lock = self._get_lock()
            self._write(SealedFile(lock, _seal(self._get_key(), pupils)))

    def stage(self, pupils: Iterable[Pupil]) -> str:
        """Seal these pupils beside those before and return their fingerprint; `settle` decides. Raises as `save`."""
        with self._mutex:
            lock = self._get_lock()
            fresh = SealedFile(lock, _seal(self._get_key(), pupils))
            write_whole(self._staged, encode_file(fresh))
            return fresh.fingerprint

    def settle(self, fingerprint: str) -> None:
        """Let what was staged take the roster's place if it has this fingerprint, the one in the log; else it goes.

        Asked again, after a crash too, it comes to the same end.
        """
        with self._mutex, disk_errors():
            if not self._staged.exists():
                return
            if _inspect(self._staged) == (False, fingerprint):
                publish(self._staged, self.path)
            else:
                erase(self._staged)

    def load(self) -> tuple[Pupil, ...]:
        """The pupils in seat order, none before the first save; ROSTER_LOCKED, ROSTER_MISSING, ROSTER_DAMAGED."""
        with self._mutex:
            self._get_lock()
            key, file = self._get_key(), self._get()
        try:
            return decode_pupils(locks.unseal(key, file.sealed, _PUPILS))
        except InvalidTag as error:
            raise DomainError(ErrorCode.ROSTER_DAMAGED) from error

    def load_if_open(self) -> tuple[Pupil, ...]:
        """The pupils while the roster is unlocked and whole; none otherwise: work then goes on by seat number."""
        if not self.is_unlocked:
            return ()
        try:
            return self.load()
        except DomainError:
            return ()

    def change_passphrase(self, old: str, new: str) -> None:
        """Wrap the same key with another passphrase; PASSPHRASE_WRONG, PASSPHRASE_TOO_SHORT."""
        with self._mutex:
            key = self._get_lock().open(old)
            self._write(SealedFile(locks.make_lock(key, new, self._cost), self._get().sealed))
            self._key = key

    def destroy(self) -> str:
        """Overwrite the wrapped key and the ciphertext, forget the key, and return the ciphertext's SHA-256 hex.

        Needs no passphrase, and asked again (after a crash too) gives the same proof; ROSTER_MISSING without a roster.
        """
        with self._mutex, disk_errors():
            self._key = None
            destroyed, proof = _inspect(self.path if self.path.exists() else self._gone)
            if not destroyed and self.path.exists():
                erase(self._gone)
                self.path.replace(self._gone)
            self._write(SealedFile(None, proof=proof))
            for leftover in (self._gone, self._damaged, self._staged, fresh_path(self._staged), fresh_path(self.path)):
                erase(leftover)
            return proof

    def _write(self, file: SealedFile) -> None:
        write_whole(self.path, encode_file(file))

    def _get(self) -> SealedFile:
        try:
            return decode_file(read_file(self.path))
        except FileNotFoundError as error:
            raise DomainError(ErrorCode.ROSTER_MISSING) from error

    def _get_lock(self) -> locks.Lock:
        lock = self._get().lock
        if lock is None:
            raise DomainError(ErrorCode.ROSTER_MISSING)
        return lock

    def _get_key(self) -> bytes:
        if self._key is None:
            raise DomainError(ErrorCode.ROSTER_LOCKED)
        return self._key

    def _make_room(self) -> None:
        """Nothing that can be opened is ever replaced; a damaged file is put aside, and destroyed with the rest."""
        if not self.path.exists():
            return
        try:
            if self._get().lock is not None:
                raise DomainError(ErrorCode.ROSTER_EXISTS)
        except DomainError as error:
            if error.code != ErrorCode.ROSTER_DAMAGED:
                raise
            self.path.replace(self._damaged)


def _seal(key: bytes, pupils: Iterable[Pupil]) -> bytes:
    return locks.seal(key, encode_pupils(pupils), _PUPILS)


def _inspect(path: Path) -> tuple[bool, str]:
    """Whether a file is the rest of a destroyed roster, and its fingerprint; a damaged one has that of its bytes."""
    if not path.exists():
        raise DomainError(ErrorCode.ROSTER_MISSING)
    data = read_file(path)
    try:
        file = decode_file(data)
    except DomainError:
        return False, sha256(data).hexdigest()
    return file.lock is None, file.fingerprint
