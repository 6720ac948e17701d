"""Files on their way in: kept in this session only, until they are accepted or discarded."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakSet

from kpi_core.actuals.measures import Aggregated
from kpi_core.actuals.overview import Overview
from kpi_core.actuals.report import ImportReport
from kpi_core.actuals.table_file import TableRead
from kpi_core.models.actuals import ImportMapping
from kpi_core.models.framework import MeasurementFramework
from kpi_ui import session

_DESK = "actuals.desk"
LARGEST_HELD = 1024 * 2**20
"""Bytes of tables that all visitors together hold between upload and acceptance."""
_numbers = itertools.count(1)


@dataclass(eq=False)
class Held:
    """One uploaded file: its cells, how they are to be read, and what was worked out about them."""

    name: str
    table: TableRead | None
    """`None` once it was let go to make room for others."""
    mapping: ImportMapping
    content: bytes | None = None
    """The file itself, for a workbook with several sheets to choose from."""
    id: str = field(default_factory=lambda: f"file{next(_numbers)}")
    memo: dict[object, Any] = field(default_factory=dict)
    """Results about the table and the mapping, by what they are about."""

    def __post_init__(self) -> None:
        """Note what was proposed: its fields are asked for at once, the others wait under More."""
        self.proposed = frozenset(self.mapping.columns)
        self.sheets = self.table.sheets if self.table else ()
        self.used = next(_numbers)
        _alive.add(self)

    @property
    def size(self) -> int:
        """Bytes it takes in memory."""
        cells = 0 if self.table is None else self.table.cells.nbytes
        return cells + len(self.content or b"")

    @property
    def readable(self) -> bool:
        """Whether there are rows to map."""
        return self.table is not None and self.table.cells.num_rows > 0


@dataclass(frozen=True, eq=False)
class Outcome:
    """What reading the files gave, before anybody accepted it."""

    report: ImportReport
    found: Aggregated
    overview: Overview
    files: tuple[tuple[str, ImportMapping, frozenset[str]], ...]
    """Name, mapping and columns of each file that was read."""
    framework: MeasurementFramework
    """What they were read for; with another one they have to be read again."""


@dataclass(eq=False)
class Desk:
    """The files of one visitor, and what reading them gave."""

    files: list[Held] = field(default_factory=list)
    outcome: Outcome | None = None
    uploads: int = 0
    """Grows with every upload, so that the uploader starts empty again."""
    workspace: str | None = None
    """The saved work the files belong to; `None` before it was saved once."""

    @property
    def readable(self) -> list[Held]:
        """Files with rows."""
        return [held for held in self.files if held.readable]

    def add(self, held: Held) -> None:
        """Put a file on the desk."""
        self.files.append(held)
        self.outcome = None
        make_room(held)

    def remove(self, held: Held) -> None:
        """Take a file off the desk."""
        self.files = [other for other in self.files if other is not held]
        self.outcome = None

    def clear(self) -> None:
        """Take everything off the desk."""
        self.files, self.outcome = [], None

    def belongs_to(self, workspace: str | None, framework: MeasurementFramework) -> None:
        """Clear it where other work was opened: one client's files are no other's."""
        if self.workspace not in (None, workspace):
            self.clear()
        self.workspace = workspace
        if self.outcome is not None and self.outcome.framework != framework:
            self.outcome = None


_alive: WeakSet[Held] = WeakSet()


def desk() -> Desk:
    """The desk of this session."""
    found = session.get(_DESK)
    if not isinstance(found, Desk):
        found = Desk()
        session.put(_DESK, found)
    return found


def touch(files: Iterable[Held]) -> None:
    """Note that these files are being worked on."""
    for held in files:
        held.used = next(_numbers)


def make_room(newest: Held, largest: int = LARGEST_HELD) -> None:
    """Let go of the tables least recently worked on, anybody's, until all fit; never of the newest."""
    total = 0
    for held in sorted(_alive, key=lambda held: (held is newest, held.used), reverse=True):
        total += held.size
        if total > largest and held is not newest:
            held.table, held.content = None, None
            held.memo.clear()
