"""Counting the features of messages and weighing them: TF-IDF, each family of unit length."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from bot.understanding.words import Families

Floats = NDArray[np.float64]


@dataclass
class Space:
    """The columns a model knows: one for each feature of each family, families side by side."""

    columns: dict[str, dict[str, int]] = field(default_factory=dict)

    @classmethod
    def of(cls, messages: Sequence[Families]) -> "Space":
        """Give every feature that occurs in `messages` a column."""
        seen: dict[str, dict[str, None]] = {}
        for message in messages:
            for family, features in message.items():
                seen.setdefault(family, {}).update(dict.fromkeys(features))
        columns: dict[str, dict[str, int]] = {}
        start = 0
        for family in sorted(seen):
            columns[family] = {name: start + i for i, name in enumerate(seen[family])}
            start += len(seen[family])
        return cls(columns)

    @property
    def width(self) -> int:
        """How many columns there are."""
        return sum(map(len, self.columns.values()))

    def family_of_column(self) -> NDArray[np.int64]:
        """Return the family's position (in order of its name) for each column."""
        return np.repeat(
            np.arange(len(self.columns)), [len(names) for names in self.columns.values()]
        )

    def counts(self, messages: Sequence[Families]) -> csr_matrix:
        """Count the features of each message: one row a message; unknown features fall away."""
        data: list[int] = []
        indices: list[int] = []
        ends = [0]
        for message in messages:
            for family, names in self.columns.items():
                for feature, count in Counter(message.get(family, ())).items():
                    column = names.get(feature)
                    if column is not None:
                        indices.append(column)
                        data.append(count)
            ends.append(len(indices))
        rows = (np.array(data, dtype=np.float64), np.array(indices, dtype=np.int64), ends)
        return csr_matrix(rows, shape=(len(messages), self.width))


@dataclass
class Weighing:
    """How much each column says: rare features more, a family as much as its weight."""

    rarity: Floats
    family: NDArray[np.int64]
    family_weight: Floats

    @classmethod
    def learned(cls, counts: csr_matrix, space: Space, weights: dict[str, float]) -> "Weighing":
        """Learn the rarity (smoothed inverse document frequency) of each column from `counts`.

        A column that does not occur weighs nothing, so that what was not learned is not measured.
        """
        seen = np.bincount(counts.indices, minlength=space.width)
        rarity = np.where(seen > 0, np.log((1 + counts.shape[0]) / (1 + seen)) + 1, 0.0)
        weight = np.array([weights.get(name, 1.0) for name in space.columns])
        return cls(rarity, space.family_of_column(), weight)

    def __call__(self, counts: csr_matrix) -> csr_matrix:
        """Return weighed rows: damped counts by rarity, each family scaled to its weight."""
        values = (1 + np.log(counts.data)) * self.rarity[counts.indices]
        row = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
        part = row * len(self.family_weight) + self.family[counts.indices]
        size = np.sqrt(np.bincount(part, values**2, counts.shape[0] * len(self.family_weight)))
        size[size == 0] = 1
        values = values / size[part] * self.family_weight[self.family[counts.indices]]
        return csr_matrix((values, counts.indices, counts.indptr), shape=counts.shape)


def unit_rows(rows: csr_matrix) -> csr_matrix:
    """Return `rows` scaled to length one; empty rows stay empty."""
    row = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
    size = np.sqrt(np.bincount(row, rows.data**2, rows.shape[0]))
    size[size == 0] = 1
    return csr_matrix((rows.data / size[row], rows.indices, rows.indptr), shape=rows.shape)
