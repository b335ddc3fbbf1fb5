"""What is said at the start of options that can have no effect."""

from collections.abc import Iterator

from mitmvcr.options import BY_NAME, Settings


def idle_options(settings: Settings) -> Iterator[str]:
    """Yield a line for each, with the way that works."""
    parts, rules = settings.matching.parts, settings.redaction
    if not rules.keep and not any(part.startswith("header:") for part in parts):
        return
    from mitmvcr.secrets import effects  # with the lists, which take their time

    names = {name: option.vcr for name, option in BY_NAME.items()}
    found = [("match", *each) for each in effects.not_compared(parts, rules)]
    found += [("keep", *each) for each in effects.not_hidden(rules)]
    for option, value, remedy in found:
        yield f"{names[option]}={value}: {remedy.format(**names)}"
