"""Loaded into the process that others are forked from: what the product does only once in a process is done here.

A laptop is opened and closed, so that a play begins with its work. No thread and no open file is left.
"""

import gc
import random

from tests.faults.laptop_work import open_first
from tests.faults.stage import scratch


def warm_up() -> None:
    """Be a laptop for a moment."""
    with scratch() as folder:
        open_first(folder, random.Random(), lambda *_said, **_more: None)
    gc.freeze()


warm_up()
