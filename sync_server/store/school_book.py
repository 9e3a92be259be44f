"""Schools, their laptops and enrolment codes, in SQLite."""

import sqlite3

from sync_server.store.records import Device, EnrolCode, School

_DEVICE = "SELECT no, id, school_no, key, software, enrolled, revoked, last_contact, skew, heard_again FROM device"


class SqliteSchoolBook:
    """See `SchoolBook`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def find_school(self, code: str) -> School | None:
        """See `SchoolBook.find_school`."""
        row = self._db.execute("SELECT no, code, name, stage, plan FROM school WHERE code = ?", (code,)).fetchone()
        return School(*row) if row else None

    def get_school(self, school_no: int) -> School:
        """See `SchoolBook.get_school`."""
        sql = "SELECT no, code, name, stage, plan FROM school WHERE no = ?"
        return School(*self._db.execute(sql, (school_no,)).fetchone())

    def list_schools(self) -> list[School]:
        """See `SchoolBook.list_schools`."""
        sql = "SELECT no, code, name, stage, plan FROM school ORDER BY code"
        return [School(*row) for row in self._db.execute(sql)]

    def save_school(self, school: School) -> None:
        """See `SchoolBook.save_school`."""
        self._db.execute(
            "INSERT INTO school (code, name, stage, plan) VALUES (?, ?, ?, ?) ON CONFLICT (code) DO UPDATE"
            " SET name = excluded.name, stage = excluded.stage, plan = excluded.plan",
            (school.code, school.name, school.stage, school.plan),
        )

    def find_device(self, device_id: str) -> Device | None:
        """See `SchoolBook.find_device`."""
        row = self._db.execute(f"{_DEVICE} WHERE id = ?", (device_id,)).fetchone()
        return _device(row) if row else None

    def list_devices(self, school_no: int) -> list[Device]:
        """See `SchoolBook.list_devices`."""
        rows = self._db.execute(f"{_DEVICE} WHERE school_no = ? ORDER BY no", (school_no,))
        return [_device(row) for row in rows]

    def add_device(self, device: Device) -> int:
        """See `SchoolBook.add_device`."""
        self._db.execute(
            "INSERT INTO device (id, school_no, key, software, enrolled) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (device.id, device.school_no, device.key, device.software, device.enrolled),
        )
        return int(self._db.execute("SELECT no FROM device WHERE key = ?", (device.key,)).fetchone()[0])

    def set_barred(self, device_no: int, barred: bool) -> None:
        """See `SchoolBook.set_barred`."""
        self._db.execute("UPDATE device SET revoked = ? WHERE no = ?", (barred, device_no))

    def touch_device(self, device_no: int, at: int, skew: int | None) -> None:
        """See `SchoolBook.touch_device`."""
        self._db.execute(
            "UPDATE device SET last_contact = ?, skew = coalesce(?, skew) WHERE no = ?", (at, skew, device_no)
        )
        self.hear_again(device_no)

    def hear_again(self, device_no: int) -> None:
        """See `SchoolBook.hear_again`."""
        self._db.execute("UPDATE device SET heard_again = 1 WHERE no = ? AND heard_again = 0", (device_no,))

    def find_code(self, digest: bytes) -> EnrolCode | None:
        """See `SchoolBook.find_code`."""
        sql = "SELECT school_no, expires, device_no FROM enrol_code WHERE hash = ?"
        row = self._db.execute(sql, (digest,)).fetchone()
        return EnrolCode(*row) if row else None

    def add_code(self, digest: bytes, code: EnrolCode) -> None:
        """See `SchoolBook.add_code`."""
        row = (digest, code.school_no, code.expires, code.device_no)
        self._db.execute("INSERT INTO enrol_code VALUES (?, ?, ?, ?)", row)

    def use_code(self, digest: bytes, device_no: int) -> None:
        """See `SchoolBook.use_code`."""
        self._db.execute("UPDATE enrol_code SET device_no = ? WHERE hash = ?", (device_no, digest))


def _device(row: tuple[int, str, int, str, str, int, int, int | None, int | None, int | None]) -> Device:
    no, device_id, school_no, key, software, enrolled, barred, last_contact, skew, heard_again = row
    again = None if heard_again is None else bool(heard_again)
    return Device(no, device_id, school_no, key, software, enrolled, bool(barred), last_contact, skew, again)
