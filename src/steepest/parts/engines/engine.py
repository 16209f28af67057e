"""Engine: the protocol of whatever works on parts."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Protocol, TypeVar, runtime_checkable

from ...data.tree import Forest

if TYPE_CHECKING:  # types alone
    from ..part import Part
    from ..works import Work

__all__ = ["Done", "Engine", "Told", "warned"]

Item = TypeVar("Item")
Found = TypeVar("Found")

Done = Callable[[Sequence[int], Forest], None]  # told that these parts are done, with the forest of their sums
Told = Callable[[str], object]  # told in one line what is waited for


def warned(line: str) -> None:
    """Tell a reader something while an engine waits."""
    warnings.warn(line, UserWarning, stacklevel=2)


@runtime_checkable
class Engine(Protocol):
    """Works on parts, in any order and on any machine."""

    @property
    def workers(self) -> int:
        """Parts that are worked on at the same time."""

    @property
    def remote(self) -> bool:
        """Whether workers may be on other machines, so that a disk or memory is not that of this process."""

    @property
    def notes(self) -> Sequence[str]:
        """What a reader should know of the workers, such as that their processors differ."""

    def run(self, work: Work, parts: Sequence[Part], size: int, done: Done) -> None:
        """Call ``done`` with the numbers of parts and the forest of their sums, each part once, one call at a time.

        Blocks have at most ``size`` rows. The first exception of a part is raised, when the others have ended.
        """

    def map(
        self, function: Callable[[Item], Found], items: Iterable[Item], ahead: int | None = None
    ) -> Iterator[Found]:
        """What a function gives for each item, in their order.

        At most ``ahead`` are computed before they are asked for, and no more than there are workers.
        """
