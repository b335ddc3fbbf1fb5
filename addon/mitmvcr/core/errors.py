"""The few errors a user can act on. Each prints as one line: the thing, the remedy."""


class VcrError(Exception):
    """A failure that the user reads as one line."""

    def __str__(self) -> str:
        return " ".join(super().__str__().splitlines())


class OptionError(VcrError):
    """An option has a value that cannot be used."""

    def __init__(self, option: str, value: object, remedy: str) -> None:
        self.option, self.value, self.remedy = option, value, remedy
        is_empty = not str(value).strip()
        given = f"{option} has no value" if is_empty else f"{option}={value}"
        super().__init__(f"{given}: {remedy}")


class UnusableValueError(VcrError):
    """A parser of one option refuses a value. Whoever called it knows how the user
    spelled the option, and raises OptionError."""

    def __init__(self, value: object, remedy: str) -> None:
        self.value, self.remedy = value, remedy
        super().__init__(f"{value}: {remedy}")


class CassetteError(VcrError):
    """Something is wrong with a cassette file."""

    def __init__(self, path: str, problem: str) -> None:
        self.path, self.problem = path, problem
        super().__init__(f"{path}: {problem}")


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
    ) -> None:
        self.line, self.interaction, self.field = line, interaction, field
        place = [
            f"line {line}" if line is not None else "",
            f"interaction {interaction}" if interaction is not None else "",
            field or "",
        ]
        where = ", ".join(part for part in place if part)
        super().__init__(path, f"{where}: {problem}" if where else problem)


class CassetteVersionError(CassetteError):
    """The file is a cassette of a format that is not read here."""

    def __init__(self, path: str, found: object, remedy: str) -> None:
        self.found = found
        super().__init__(
            path, f"is of cassette format {found}, and format 2 is needed: {remedy}"
        )


class CassetteWriteError(CassetteError):
    """The cassette or its journal cannot be written."""
