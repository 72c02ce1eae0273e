"""States and the moves between them, as a table that is checked when it is imported.

A flow never loads a row to look at its state: a move is one conditional UPDATE, so of two who
move the same row at the same time exactly one succeeds and the other gets WrongMove.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import models


class WrongMove(Exception):
    """The row was not where the move starts from: somebody else was first, or may not."""


class Flow:
    """A table of states and the moves that are allowed from each."""

    def __init__(self, field: str, start: str, moves: Mapping[str, Iterable[str]]) -> None:
        """Check and keep the table.

        Raises ValueError if a move leads to a state the table does not list, or a state can
        not be reached from ``start``.
        """
        self.field = field
        self.start = start
        self.moves = {state: tuple(to) for state, to in moves.items()}
        unknown = {to for targets in self.moves.values() for to in targets} - set(self.moves)
        if unknown or start not in self.moves:
            raise ValueError(f"unknown states: {sorted(unknown | ({start} - set(self.moves)))}")
        unreachable = set(self.moves) - self._reachable()
        if unreachable:
            raise ValueError(f"unreachable states: {sorted(unreachable)}")

    def _reachable(self) -> set[str]:
        seen, ahead = set(), {self.start}
        while ahead:
            state = ahead.pop()
            seen.add(state)
            ahead |= set(self.moves[state]) - seen
        return seen

    @property
    def ends(self) -> tuple[str, ...]:
        """The states from which nothing moves on."""
        return tuple(state for state, targets in self.moves.items() if not targets)

    def sources(self, to: str) -> tuple[str, ...]:
        """Return the states from which ``to`` may be reached in one move."""
        return tuple(state for state, targets in self.moves.items() if to in targets)

    def allows(self, row: models.Model, to: str) -> bool:
        """Tell whether the row as loaded may move to ``to``; only `move` decides for good."""
        return to in self.moves[getattr(row, self.field)]

    def move(
        self,
        row: models.Model,
        to: str,
        *,
        where: Mapping[str, Any] | None = None,
        set: Mapping[str, Any] | None = None,
    ) -> None:
        """Move ``row`` from the state it was loaded in to ``to``, and set further fields.

        ``where`` narrows the update (an epoch, an owner). Raises WrongMove if the table has no
        such move or the row in the database is no longer as loaded. ``row`` is brought up to
        date only on success.
        """
        old = getattr(row, self.field)
        if to not in self.moves.get(old, ()):
            raise WrongMove(f"{row._meta.label}.{self.field}: {old} -> {to}")
        values = {self.field: to, **(set or {})}
        rows = type(row)._default_manager.filter(pk=row.pk, **{self.field: old}, **(where or {}))
        if not rows.update(**values):
            raise WrongMove(f"{row._meta.label} {row.pk} is no longer {old}")
        for name, value in values.items():
            # An F() expression is only known to the database until it is read again.
            if hasattr(value, "resolve_expression"):
                row.refresh_from_db(fields=[name])
            else:
                setattr(row, name, value)

    def move_all(
        self,
        rows: models.QuerySet[Any],
        old: str,
        to: str,
        *,
        set: Mapping[str, Any] | None = None,
    ) -> int:
        """Move those of ``rows`` that are in state ``old`` at this instant; return how many.

        One UPDATE. Raises WrongMove if the table has no such move. Rows that are loaded already
        are not brought up to date.
        """
        if to not in self.moves.get(old, ()):
            raise WrongMove(f"{rows.model._meta.label}.{self.field}: {old} -> {to}")
        moved: int = rows.filter(**{self.field: old}).update(**{self.field: to, **(set or {})})
        return moved
