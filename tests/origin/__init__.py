"""A real HTTP(S) origin of the tests' own, in a process of its own.

``app`` says what is answered (pure), ``h1`` and ``h2`` speak the protocols, ``serve``
is the process, ``certs`` its CA, ``process`` the handle that tests hold, ``frames``
how streams are framed.
"""

from origin.process import Hits, Origin

__all__ = ["Hits", "Origin"]
