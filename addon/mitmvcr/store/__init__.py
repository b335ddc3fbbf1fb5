"""Where a cassette lies: its file, its journal and lock, or a remote place."""

from collections.abc import Sequence
from typing import Protocol

from mitmvcr.core.model import Cassette, Interaction
from mitmvcr.store.rewrite import Change


class Store(Protocol):
    """What a session needs of the place its cassette is kept in.

    ``load`` finds damage; with ``sendable`` also what cannot be an HTTP message.
    ``begin`` opens a recording that follows ``kept`` interactions, ``append`` makes
    one more safe, ``publish`` puts the whole in place and ends the recording.
    ``save`` puts what there is so far in place and goes on recording.
    ``amend`` changes what was recorded so far where it holds one of some texts.
    ``replace`` writes a cassette anew while nothing is recorded.
    ``leave`` ends it and keeps it beside the cassette: it returns where, or None where
    there was nothing. ``left_over`` describes a recording that lies there.
    """

    name: str

    def exists(self) -> bool: ...
    def load(self, *, sendable: bool = False) -> Cassette: ...
    def begin(self, kept: Sequence[Interaction]) -> None: ...
    def append(self, interaction: Interaction) -> None: ...
    def amend(self, change: Change, texts: Sequence[bytes]) -> None: ...
    def publish(self) -> None: ...
    def save(self) -> None: ...
    def replace(self, interactions: Sequence[Interaction]) -> None: ...
    def leave(self) -> str | None: ...
    def left_over(self) -> str | None: ...
