"""Cost model: how long a pass over the data takes, from the speeds of a core, a disk, a network and a scheduler."""

from __future__ import annotations

import math
from typing import NamedTuple

from ..data.tree import leaf_rows
from ..objective.data import MATRIX_COLUMNS
from .engines.task import tasks_of
from .part import LARGEST_PART

__all__ = ["NETWORK", "Machines", "PassCost", "Size", "Speeds", "pass_time"]

TASK = 0.002  # s, seconds of a task: 2-3 ms of CPU with client, scheduler and two workers of Dask on one machine
LATENCY = 0.001  # alpha, seconds from a worker to the client: between processes of one machine
NETWORK = 1.25e9  # beta, bytes a second into the client: 10 Gbit/s
NUMBER = 8  # bytes


class Size(NamedTuple):
    """The size of a table."""

    rows: float  # n
    columns: int  # d
    row: float  # b, bytes of a row in the files

    @property
    def hessian(self) -> bool:
        """Whether a pass forms the Hessian."""
        return self.columns <= MATRIX_COLUMNS

    @property
    def products(self) -> int:
        """Products of a row."""
        return (self.columns + 2) ** (2 if self.hessian else 1)

    @property
    def sums(self) -> int:
        """m, numbers that a leaf is summed to: value and gradient, and the Hessian with the target's column."""
        return (self.columns + 2) * (self.columns + 3 if self.hessian else 1)


class Speeds(NamedTuple):
    """Speeds of one core, by the CPU clock."""

    decoding: float  # D, bytes of files a second
    products: float  # F, products of two numbers a second


class Machines(NamedTuple):
    """Machines that are alike."""

    machines: int
    cores: int  # of each
    disk: float | None = None  # B, bytes a second into each; None: not known, and no bound
    network: float = NETWORK

    @property
    def threads(self) -> int:
        """P, cores of all machines."""
        return self.machines * self.cores


class PassCost(NamedTuple):
    """Seconds of a pass, by what takes them."""

    disk: float
    decoding: float
    arithmetic: float
    scheduler: float
    network: float
    tasks: int  # 0 where threads of one machine work without any

    @property
    def seconds(self) -> float:
        """The pass: files are read ahead while cores decode and compute; tasks and results are added."""
        return max(self.disk, self.decoding + self.arithmetic) + self.scheduler + self.network


def pass_time(size: Size, machines: Machines, speeds: Speeds) -> PassCost:
    """The time of a pass that forms value, gradient and, up to 1,500 columns, the Hessian.

    T = max(n b / (M B), n b / (P D) + n (d + 2)^2 / (P F)) + G s + alpha + G k m 8 / beta

    n rows of b bytes in the files and d columns; M machines with disks of B bytes a second; P cores, each of which
    decodes D bytes and forms F products a second; G tasks, each s seconds of the scheduler; forests of k nodes of
    m = (d + 2) (d + 3) doubles, which come to the client at beta bytes a second, the last one alpha seconds later.
    Without a Hessian the products of a row and m are d + 2.

    G is at most the number of parts, of 2^20 rows. k is log2 of the leaves of a task, the mean over where it may
    begin. One machine works in threads: G = 0. Left out are a cache, tasks that are repeated, and cores that wait for
    the last task. Defaults: s = 2 ms, measured with Dask where client, scheduler and workers share a machine;
    alpha = 1 ms; beta = 1.25 GB a second, a network of 10 Gbit/s.

    Examples
    --------
    >>> found = pass_time(Size(1e9, 100, 400.0), Machines(100, 8, 2e9), Speeds(0.65e9, 5e10))
    >>> round(found.disk, 2), round(found.decoding, 2), round(found.arithmetic, 2), found.tasks
    (2.0, 0.77, 0.26, 954)
    """
    n, bytes_ = size.rows, size.rows * size.row
    disk = 0.0 if machines.disk is None else bytes_ / (machines.machines * machines.disk)
    decoding = bytes_ / (machines.threads * speeds.decoding)
    arithmetic = n * size.products / (machines.threads * speeds.products)
    if machines.machines == 1:
        return PassCost(disk, decoding, arithmetic, 0.0, 0.0, 0)
    tasks = tasks_of(math.ceil(n / LARGEST_PART), machines.threads)
    nodes = max(1.0, math.log2(max(1.0, n / (tasks * leaf_rows(size.columns)))))
    sent = tasks * nodes * size.sums * NUMBER
    return PassCost(disk, decoding, arithmetic, tasks * TASK, LATENCY + sent / machines.network, tasks)
