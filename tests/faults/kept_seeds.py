"""Seeds and faults that found something, each with what it was; they are played at every run of the tests.

A seed means the same world only as long as the acts and their order of chances are the same. When those change, the
seed stays for what it is worth; what it found is held by the named test.
"""

from tests.faults.syscalls import Fault

KEPT_FAULTS: dict[Fault, str] = {
    Fault("roster", "fdatasync", "ENOSPC", 5, True): "names of a line in doubt were overwritten by the next",
    Fault("rotate", "openat", "EIO", 34, False): "a folder of backups that cannot be listed (test_backup_names)",
    Fault("takeover", "openat", "EIO", 3, True): "a stick that cannot be read (test_takeover_pages)",
    Fault("takeover", "openat", "EIO", 6, False): "a stick of which one file cannot be read (test_takeover_pages)",
}
KEPT_SEEDS: dict[str, str] = {
    "a 42": "an heir said that the office went back, when its ancestor's line was on a second branch (test_sync)",
    "b 308": "an office restored from before an enrolment could not enrol that laptop again (test_enrol_again)",
    "c 45": "a day with a correction in it could not be taken over: the laptop did not start (test_ancestry)",
    "d 133": "a laptop counted an ancestor's line of another school, and the office did not (test_journal)",
    "f 156": "laptops copied before they were enrolled wrote one log, and one took itself over (test_takeover_pages)",
    "e 452": "a copied laptop with another one's black box: what it had to leave behind is set aside, and not lost",
    "e 472": "a promised takeover whose stick was gone kept the program from starting (test_takeover_pages)",
    "z 4": "an office that kept what is no line could not be backed up any more (test_office_backups)",
    "1 5423": "what the office handed back of a log that had grown could not be sent again (test_office_takeover)",
    "1 6419": "a log in front that nobody could prove kept the laptop's own lines from being sent (test_sync_takeover)",
    "1 7188": "the harness itself: a backup of an earlier log is none of this one",
    "f 469": "the harness itself: a bad client was turned away by an office that was down",
}
