"""Subjects measured in turns in one run, so that what disturbs one disturbs all."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.figures import Figure, least, middle

#: Measures once: one value, or several by their names.
Subject = Callable[[], float | Mapping[str, float]]


@dataclass(frozen=True)
class Bench:
    """What a benchmark is given: a folder of its own and how much to measure."""

    folder: Path
    quick: bool = False
    https: bool = False

    def size(self, full: int, *, quick: int) -> int:
        return quick if self.quick else full


class Race:
    """Collects the values of each subject over its rounds. Where a subject measures
    several, each is found as ``"SUBJECT NAME"``."""

    def __init__(self) -> None:
        self._values: dict[str, list[float]] = {}

    def run(self, subjects: Mapping[str, Subject], rounds: int) -> "Race":
        """Measure each once a round; the order turns, as A B B A."""
        order = list(subjects)
        for _ in range(rounds):
            for name in order:
                self._add(name, subjects[name]())
            order.reverse()
        return self

    def _add(self, name: str, found: float | Mapping[str, float]) -> None:
        named = (
            {f"{name} {each}": value for each, value in found.items()}
            if isinstance(found, Mapping)
            else {name: found}
        )
        for each, value in named.items():
            self._values.setdefault(each, []).append(value)

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def least(self, name: str) -> Figure:
        return least(self._values[name])

    def median(self, name: str) -> Figure:
        return middle(self._values[name])


def wall_ms(work: Callable[[], object]) -> float:
    began = time.perf_counter_ns()
    work()
    return (time.perf_counter_ns() - began) / 1e6


def cpu_ms(work: Callable[[], object]) -> float:
    """CPU time of this process."""
    began = time.process_time_ns()
    work()
    return (time.process_time_ns() - began) / 1e6
