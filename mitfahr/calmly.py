"""Long work that gives way: searches and pages on the same machine come first."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

NICENESS = 19
"""The lowest priority there is."""

_Result = TypeVar("_Result")


def calmly(work: Callable[[], _Result]) -> _Result:
    """Do it in a thread of its own with low priority, and wait; whatever it raises is raised here.

    Linux counts priority by thread, threads begun inside inherit it, and nobody but root may raise it again:
    so the thread ends with the work.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="calm", initializer=_give_way) as thread:
        return thread.submit(work).result()


def _give_way() -> None:
    here = threading.get_native_id()
    os.setpriority(os.PRIO_PROCESS, here, NICENESS)
    os.sched_setscheduler(here, os.SCHED_BATCH, os.sched_param(0))  # never pushes a search off its core
