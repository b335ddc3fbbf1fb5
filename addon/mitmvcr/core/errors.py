"""The few errors a user can act on. Each prints as one line: the thing, the remedy."""

#: The exit status where mitmvcr itself failed, as ``env`` and ``timeout`` have it.
OWN_FAILURE = 125


class VcrError(Exception):
    """A failure that the user reads as one line. ``remedy`` is what would help, which
    stands at its end; empty where nothing is known to."""

    def __init__(self, text: str, *, remedy: str = "") -> None:
        self.remedy = remedy
        super().__init__(_joined(text, remedy))

    def __str__(self) -> str:
        return " ".join(super().__str__().splitlines())


class OptionError(VcrError):
    """An option has a value that cannot be used."""

    def __init__(self, option: str, value: object, remedy: str) -> None:
        self.option, self.value = option, value
        is_empty = not str(value).strip()
        given = f"{option} has no value" if is_empty else f"{option}={value}"
        super().__init__(given, remedy=remedy)


class UnusableValueError(VcrError):
    """A parser of one option refuses a value. Whoever called it knows how the user
    spelled the option, and raises OptionError."""

    def __init__(self, value: object, remedy: str) -> None:
        self.value = value
        super().__init__(f"{value}", remedy=remedy)


class CassetteError(VcrError):
    """Something is wrong with a cassette file. ``problem`` is all but its name."""

    def __init__(self, path: str, problem: str, *, remedy: str = "") -> None:
        self.path, self.problem = path, _joined(problem, remedy)
        super().__init__(f"{path}: {problem}", remedy=remedy)


class CassetteNotFoundError(CassetteError):
    """The mode needs a cassette and there is none."""


class CassetteDamagedError(CassetteError):
    """The file is not a sound cassette; it is never overwritten.

    ``line`` counts from 1, ``interaction`` from 0 in file order, ``field`` is a
    path as ``response.duration``; each is None where it is not known.
    """

    def __init__(
        self,
        path: str,
        problem: str,
        *,
        line: int | None = None,
        interaction: int | None = None,
        field: str | None = None,
        remedy: str = "",
    ) -> None:
        self.line, self.interaction, self.field = line, interaction, field
        place = [
            f"line {line}" if line is not None else "",
            f"interaction {interaction}" if interaction is not None else "",
            field or "",
        ]
        where = ", ".join(part for part in place if part)
        text = f"{where}: {problem}" if where else problem
        super().__init__(path, text, remedy=remedy)


class CassetteVersionError(CassetteError):
    """The file is a cassette of a format that is not read here."""

    def __init__(self, path: str, found: object, remedy: str) -> None:
        self.found = found
        problem = f"is of cassette format {found}, and format 2 is needed"
        super().__init__(path, problem, remedy=remedy)


class CassetteWriteError(CassetteError):
    """The cassette or its journal cannot be written."""


def _joined(text: str, remedy: str) -> str:
    return f"{text}: {remedy}" if remedy else text
