"""Pictures answered by several processes of this machine, each with a model of its own, on Ray Data.

A worker that is killed is started again by Ray, and what it held is asked again. A picture on which workers
die time after time (a decoder that crashes, memory that runs out) gets that for an answer, so that one file
cannot hold up the rest: `Begun` counts. The answers come in any order, each with its picture.

Ray is an optional requirement and is imported here only. It listens on loopback alone, reports nothing to its
makers, and has no dashboard; its files go when it ends. Does not cover clusters of several machines.
"""

import logging
import os
import signal
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import pyarrow as pa
import torch

from model.bulk.asking import Asker, failure
from model.errors import BulkError, EmolaError

OBJECTS = 128 * 2**20
"""Bytes of shared memory for paths and answers on their way, some 50,000; Ray alone takes 30 % of RAM."""

STARTS = 3
"""How often starting Ray here is tried: it gives up after 30 s, which a busy machine can need longer than."""

DEATHS = 3
"""How many workers may die on a picture that they are asked about alone, before it is given up."""

BATCHES = 2
"""Batches that a worker is handed at once."""

AHEAD = 2
"""How often a worker is handed that: one to work at, one waiting. So many are asked again if it dies."""

ENVIRONMENT = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",  # named after where it is off; off, our address is 127.0.0.1
    "RAY_BACKEND_LOG_LEVEL": "fatal",  # what else it says on the terminal is about its insides
    "RAY_worker_register_timeout_seconds": "600",  # on a busy machine a slow process is not a dead one
    "RAY_health_check_failure_threshold": "100",
}
"""Read when Ray is imported, and by the processes that it starts."""


@dataclass(frozen=True)
class Workers:
    """How many workers there are, threads each computes with, and whether each has a GPU to itself."""

    count: int
    threads: int = 1
    gpu: bool = False


@contextmanager
def started(workers: Workers) -> Iterator[None]:
    """Have Ray for the workers while inside. Raises BulkError where it is not installed or does not start."""
    os.environ.update(ENVIRONMENT)
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise BulkError(
            f"--ray needs Ray, which is not installed ({error}). Install it, "
            "pip install -r requirements-ray.txt -c constraints.txt, or leave --ray out."
        ) from error
    logging.getLogger("ray.data").setLevel(logging.CRITICAL)
    # /tmp: sockets lie below it, and a socket's path may have 107 letters.
    with tempfile.TemporaryDirectory(prefix="emola-ray-", dir="/tmp", ignore_cleanup_errors=True) as folder:
        options = {
            "address": "local",  # whatever RAY_ADDRESS says
            "num_cpus": workers.count * workers.threads,
            "include_dashboard": False,
            "object_store_memory": OBJECTS,
            "log_to_driver": False,
            "logging_level": logging.CRITICAL,
            "_temp_dir": folder,
        }
        before = signal.getsignal(signal.SIGTERM)
        for tries in range(1, STARTS + 1):
            try:
                ray.init(**options)
                break
            except Exception as error:  # Ray's own failures here have no common base
                if tries == STARTS:
                    raise BulkError(f"Ray could not be started: {error}") from error
        try:
            yield
        finally:
            ray.shutdown()
            signal.signal(signal.SIGTERM, before)


def answer(
    pictures: Sequence[str],
    make: Callable[[], object],
    workers: Workers,
    *,
    where: str,
    face: int,
    tasks: Sequence[str],
    batch_size: int,
) -> Iterator[tuple[str, str]]:
    """Yield each picture with its line of JSON, in any order; to be called within `started`.

    make: gives a worker its predictor, and can be pickled. The rest is as for `Asker`. Raises BulkError
    where no worker can have its model or Ray gives up; what was yielded until then stands.
    """
    import ray

    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    context.print_on_execution_start = False
    begun = ray.remote(num_cpus=0, max_restarts=-1)(Begun).remote()
    size = batch_size * BATCHES
    blocks = [pa.table({"image": pictures[i : i + size]}) for i in range(0, len(pictures), size)]
    answered = ray.data.from_arrow(blocks).map_batches(
        Worker,
        fn_constructor_args=(make, begun, workers.threads, where, face, tuple(tasks)),
        batch_size=batch_size,
        batch_format="pyarrow",
        compute=ray.data.ActorPoolStrategy(size=workers.count, max_tasks_in_flight_per_actor=AHEAD),
        num_cpus=workers.threads,
        num_gpus=1 if workers.gpu else None,
    )
    try:
        for table in answered.iter_batches(batch_size=None, batch_format="pyarrow"):
            for image, line, stop in zip(*(column.to_pylist() for column in table.columns), strict=True):
                if stop is not None:
                    raise BulkError(stop)
                yield image, line
    except ray.exceptions.RayError as error:
        raise BulkError(f"Ray gave up: {str(error) or type(error).__name__}") from error
    finally:
        ray.kill(begun)


class Worker:
    """Holds a model in a process of its own and answers batches with it."""

    def __init__(self, make, begun, threads: int, where: str, face: int, tasks: Sequence[str]):
        torch.set_num_threads(threads)
        self._begun = _Far(begun)
        self._stop = None
        try:
            self._asker = Asker(make(), where=where, face=face, tasks=tasks)
        except EmolaError as error:
            self._stop = str(error)  # said in an answer, since Ray tries a constructor that raises again

    def __call__(self, batch: pa.Table) -> pa.Table:
        """Return a picture's name, line, and why the job must stop if it must, for each row."""
        pictures = batch["image"].to_pylist()
        try:
            lines = [""] * len(pictures) if self._stop else lines_of(self._asker, self._begun, pictures)
        except torch.AcceleratorError:
            os._exit(1)  # the device is lost to this process; Ray starts another
        stops = pa.array([self._stop] * len(pictures), pa.string())
        return pa.table({"image": pictures, "line": pa.array(lines, pa.string()), "stop": stops})


class Begun:
    """How many times work on some pictures was begun and not ended, which is how many workers died on it."""

    def __init__(self):
        self._times: Counter[tuple[str, ...]] = Counter()

    def begin(self, pictures: tuple[str, ...]) -> int:
        """Count a beginning; return the beginnings so far, this one among them."""
        self._times[pictures] += 1
        return self._times[pictures]

    def end(self, pictures: tuple[str, ...]) -> None:
        """Forget them."""
        self._times.pop(pictures, None)


def lines_of(asker: Asker, begun: Begun, pictures: Sequence[str]) -> list[str]:
    """Return the asker's lines about a batch, by ways that depend on how often a worker has died on it.

    The second time its pictures are asked about one by one; one on which DEATHS workers then die is given up.
    """
    batch = tuple(pictures)
    times = begun.begin(batch)
    if len(batch) > 1 and times > 1:
        lines = [line for picture in batch for line in lines_of(asker, begun, [picture])]
    elif times > DEATHS:
        lines = [failure(batch[0], f"{DEATHS} workers died while they were reading it.")]
    else:
        lines = asker.lines(batch)
    begun.end(batch)
    return lines


class _Far:
    """A `Begun` that lives in a process of its own."""

    def __init__(self, actor):
        self._actor = actor

    def begin(self, pictures: tuple[str, ...]) -> int:
        import ray

        return ray.get(self._actor.begin.remote(pictures))

    def end(self, pictures: tuple[str, ...]) -> None:
        self._actor.end.remote(pictures)
