"""What is said at the start of options that can have no effect."""

from collections.abc import Iterator, Mapping

from mitmvcr.core.matching import Ignoring, MatchSpec
from mitmvcr.options import BY_NAME, Settings

#: What an option leaves out -> the parts of a match in which that stands.
_WITHIN: Mapping[Ignoring, tuple[str, ...]] = {
    Ignoring.QUERY: ("url", "query", "form"),
    Ignoring.JSON: ("body",),
    Ignoring.FORM: ("body", "form"),
    Ignoring.BODY: ("body",),
    Ignoring.PATH: ("url", "path"),
}
#: What other recorders' ways to compare do not look into.
_AS_THEY_STAND: Mapping[str, tuple[Ignoring, ...]] = {
    "go-vcr": (Ignoring.JSON, Ignoring.FORM, Ignoring.BODY),
    "charm": (Ignoring.FORM,),
}


def idle_options(
    settings: Settings, environment: Mapping[str, str] | None = None
) -> Iterator[str]:
    """Yield a line for each, with the way that works. ``environment`` is that of the
    program which is recorded; None where nothing is."""
    for option, value, remedy in _found(settings, environment):
        names = {name: each.vcr for name, each in BY_NAME.items()}
        yield f"{names[option]}={value}: {remedy.format(**names)}"


def _found(
    settings: Settings, environment: Mapping[str, str] | None
) -> Iterator[tuple[str, object, str]]:
    parts, rules = settings.matching.parts, settings.redaction
    yield from _not_looked_into(settings.matching)
    if settings.time == "freeze":
        remedy = "only 'mitmvcr run' gives a command a clock: use {time}=shift"
        yield "time", "freeze", remedy
    if environment is not None:
        for name in rules.secrets:
            if not environment.get(name):
                remedy = "no such variable is set here: set it, or leave this out"
                yield "secret", name, remedy
    if rules.keep or any(part.startswith("header:") for part in parts):
        from mitmvcr.secrets import effects  # with the lists, which take their time

        yield from (("match", *each) for each in effects.not_compared(parts, rules))
        yield from (("keep", *each) for each in effects.not_hidden(rules))


def _not_looked_into(spec: MatchSpec) -> Iterator[tuple[str, object, str]]:
    for ignoring, parts in _WITHIN.items():
        if ignoring in _AS_THEY_STAND.get(spec.style, ()):
            remedy = f"{{match}}={spec.style} compares bodies as they stand"
        elif not any(part in spec.parts for part in parts):
            remedy = f"{{match}}={spec} compares no {parts[0]}"
        else:
            continue
        for each in getattr(spec, ignoring):
            yield ignoring, each, f"{remedy}: leave one of the two out"
