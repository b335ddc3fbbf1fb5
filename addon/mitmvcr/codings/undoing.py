"""Content codings undone part by part, with a bound on what a body may swell to."""

from mitmvcr.codings.table import Coding, CodingError, Decompressor, known, names

#: A body may come to so many bytes, or to so many times its own size.
MOST = 64 << 20
_SWELLS = 20


class CutOffError(CodingError):
    """A body ends before its coding does."""


class TooLargeError(CodingError):
    """A body swells to more than is allowed."""


class _Undoing:
    """Undoes one coding part by part, member by member.

    From a ``fault`` on nothing more comes. ``is_whole``: it may end here.
    """

    def __init__(self, coding: Coding, most: int) -> None:
        self._coding, self._left = coding, most
        self._member: Decompressor | None = None
        self._has_begun = False
        self.fault: CodingError | None = None

    @property
    def is_whole(self) -> bool:
        return self._member is None

    def __call__(self, part: bytes) -> bytes:
        found: list[bytes] = []
        try:
            for at in range(0, 0 if self.fault else len(part), self._coding.step):
                self._take(part[at : at + self._coding.step], found)
        except CodingError as error:
            self.fault = error
        except Exception as error:  # noqa: BLE001 - each library has its own
            self.fault = CodingError(f"not what its coding says: {error}")
        return b"".join(found)

    def _take(self, data: bytes, found: list[bytes]) -> None:
        while data:
            member = self._member = self._member or self._begin(data)
            found.append(member.decompress(data))
            self._left -= len(found[-1])
            if self._left < 0:
                raise TooLargeError("it swells to more than is allowed")
            if not member.eof:
                return
            data, self._member = member.unused_data, None

    def _begin(self, data: bytes) -> Decompressor:
        if self._has_begun and data[0] not in self._coding.again:
            raise CodingError("something else stands behind its end")
        self._has_begun = True
        return self._coding.decompressor(data)


class Decoder:
    """Undoes a list of codings part by part."""

    def __init__(self, codings: str, size: int) -> None:
        most = max(MOST, _SWELLS * size)
        self._steps = [_Undoing(known(n), most) for n in reversed(names(codings))]

    def __call__(self, part: bytes) -> bytes:
        for step in self._steps:
            part = step(part)
        return part

    def fault(self) -> CodingError | None:
        found = next((step.fault for step in self._steps if step.fault), None)
        if found is None and not all(step.is_whole for step in self._steps):
            return CutOffError("it ends before its coding does")
        return found
