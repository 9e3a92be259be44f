"""Work shared out among processes, one a core, each with a share of low priority."""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

from tests.faults.stage import context

T = TypeVar("T")
WORKERS = int(os.environ.get("TESTDAY_FAULT_WORKERS", "0")) or os.cpu_count() or 1


def spread(work: Callable[..., T], tasks: Iterable[tuple[object, ...]]) -> Iterator[T]:
    """The results of `work(*task)` for every task, in their order."""
    with ProcessPoolExecutor(WORKERS, mp_context=context()) as pool:
        futures = [pool.submit(work, *task) for task in tasks]
        for future in futures:
            yield future.result()
