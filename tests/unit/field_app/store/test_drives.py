"""Which mounted drives can be pulled out, as the kernel's own tables tell."""

from pathlib import Path

from field_app.store.drives import list_drives

MOUNTS = """\
sysfs /sys sysfs rw 0 0
/dev/sda2 / ext4 rw 0 0
/dev/sdb1 /media/zhang/KING\\040STON vfat rw 0 0
/dev/sdc /media/whole exfat rw 0 0
/dev/mmcblk0p1 /media/card vfat rw 0 0
tmpfs /tmp tmpfs rw 0 0
"""


def test_sticks_and_cards_are_listed_and_disks_are_not(tmp_path: Path) -> None:
    mounts, blocks = tmp_path / "mounts", tmp_path / "block"
    mounts.write_text(MOUNTS, encoding="utf-8")
    for name, removable in (("sda", "0"), ("sdb", "1"), ("sdc", "1"), ("mmcblk0", "1")):
        (tmp_path / "devices" / name).mkdir(parents=True)
        (tmp_path / "devices" / name / "removable").write_text(f"{removable}\n", encoding="ascii")
    blocks.mkdir()
    for part, place in (("sda2", "sda/sda2"), ("sdb1", "sdb/sdb1"), ("sdc", "sdc"), ("mmcblk0p1", "mmcblk0/mmcblk0p1")):
        (tmp_path / "devices" / place).mkdir(exist_ok=True)
        (blocks / part).symlink_to(tmp_path / "devices" / place)
    found = [Path("/media/zhang/KING STON"), Path("/media/whole"), Path("/media/card")]
    assert list_drives(mounts, blocks) == found


def test_a_system_that_tells_nothing_lists_nothing(tmp_path: Path) -> None:
    assert list_drives(tmp_path / "none", tmp_path / "none") == []
