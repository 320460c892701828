"""Work cut into tasks, done by one process, by several, or by a cluster: through whatever map there is, with the same result.

A map takes a function and tasks and gives (number of the task, what it returned) in whatever order they are done. `one_by_one` is
Python's own; `processes` starts workers anew (spawn), and begins again with fresh ones when one of them is
killed; `cluster` hands tasks to the workers of a Dask scheduler, which gives the task of a worker that dies to another. No task
starts a process of its own, which a Dask worker could not.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

from scenarios.runs import RunError

Task = TypeVar("Task")
Done = TypeVar("Done")
Map = Callable[[Callable[[Any], Any], Sequence[Any]], Iterable[tuple[int, Any]]]

TOO_MANY = "there may be too little memory: ask for fewer with --workers, and start again to go on"
AGAIN = 5           # times that workers may die before the work is given up
IN_HAND = 2         # tasks for each worker that are handed over in advance


def one_by_one(work: Callable[[Task], Done], tasks: Sequence[Task]) -> Iterator[tuple[int, Done]]:
    """Do all here, one after the other."""
    yield from enumerate(map(work, tasks))


def processes(workers: int) -> Map:
    """Do them in so many processes of this machine."""
    def mapped(work: Callable[[Any], Any], tasks: Sequence[Any]) -> Iterator[tuple[int, Any]]:
        left, deaths = list(range(len(tasks))), 0
        while left:
            before = len(left)
            try:
                for number, done in _in_pool(min(workers, len(left)), work, tasks, left):
                    left.remove(number)
                    yield number, done
            except BrokenProcessPool:
                deaths = deaths + 1 if len(left) == before else 1
                if deaths > AGAIN:
                    raise RunError("the processes that do the work are killed again and again", TOO_MANY) from None

    return mapped


def _in_pool(workers: int, work: Callable[[Any], Any], tasks: Sequence[Any],
             numbers: Sequence[int]) -> Iterator[tuple[int, Any]]:
    """Do some of the tasks in a pool; no more are handed over than the workers need, so that a pool that dies loses little."""
    waiting = iter(list(numbers))
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        begun: dict[Future[Any], int] = {}
        try:
            for number in waiting:
                begun[pool.submit(work, tasks[number])] = number
                if len(begun) >= workers * IN_HAND:
                    yield from _some(begun)
            while begun:
                yield from _some(begun)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _some(begun: dict[Future[Any], int]) -> Iterator[tuple[int, Any]]:
    """Wait for at least one to be done, and give what is done."""
    done, _ = wait(begun, return_when=FIRST_COMPLETED)
    for future in sorted(done, key=begun.__getitem__):
        yield begun.pop(future), future.result()


def cluster(address: str) -> Map:
    """Do them on the workers of a Dask scheduler, such as tcp://10.0.0.5:8786."""
    def mapped(work: Callable[[Any], Any], tasks: Sequence[Any]) -> Iterator[tuple[int, Any]]:
        client_of, as_completed = _dask()
        try:
            client = client_of(address, timeout=20)
        except (OSError, TimeoutError, ValueError) as fault:
            raise RunError(f"no Dask scheduler answers at {address} ({fault})", "start one, or use --workers here") from None
        with client:
            futures = client.map(work, list(tasks), pure=False, retries=AGAIN)
            number = {future.key: i for i, future in enumerate(futures)}
            for future in as_completed(futures):
                if future.status == "error" and type(future.exception()).__name__ == "KilledWorker":
                    raise RunError("workers of the cluster are killed again and again at the same task",
                                   "give them more memory, and start again to go on")
                yield number[future.key], future.result()
                future.release()

    return mapped


def _dask() -> tuple[Any, Any]:
    try:
        from distributed import Client, as_completed
    except ImportError:
        raise RunError("Dask is not installed", 'pip install "sufficiency[dask]"') from None
    return Client, as_completed
