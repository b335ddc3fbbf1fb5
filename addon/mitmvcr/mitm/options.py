"""The addon's options, as mitmproxy knows them. They are parsed in settings.py."""

from collections.abc import Sequence

from mitmproxy import options
from mitmproxy.addonmanager import Loader

from mitmvcr.settings import Settings, parse_settings

# mitmproxy takes only str, int, bool and sequences of str; all is text here, so
# that a wrong value comes to our own parsers, which name the remedy.
_OPTIONS: tuple[tuple[str, type, object, str], ...] = (
    ("vcr_cassette", str, "", "The cassette file; one with no extension gets .yaml."),
    (
        "vcr_mode",
        str,
        "record_once",
        "record_only, replay_only, replay_with_new_episodes, record_once or"
        " passthrough.",
    ),
    (
        "vcr_allow_repeats",
        str,
        "no",
        "May an interaction be replayed more than once: no, or all (go-vcr's"
        " replayable interactions).",
    ),
    (
        "vcr_latency",
        str,
        "0",
        "How long a replay takes, as a factor of the recorded times: 0 is as fast as"
        " the client reads, 1 is as recorded.",
    ),
    (
        "vcr_passthrough",
        Sequence[str],
        [],
        "Flow filters; a request that one of them matches goes straight through and"
        " is not recorded.",
    ),
    (
        "vcr_layout",
        str,
        "v4",
        "How a cassette is laid out: v4 as go-vcr's newest library writes it, or v3"
        " as its v3 did.",
    ),
    (
        "vcr_record_chunks",
        str,
        "no",
        "Record when each part of a stream came, in a field that go-vcr passes over:"
        " yes or no.",
    ),
    (
        "vcr_record_errors",
        str,
        "no",
        "Record exchanges that failed (refused, reset, timed out, truncated), and"
        " replay the failure: yes or no.",
    ),
    (
        "vcr_partial",
        str,
        "keep",
        "A stream that the client left before its end: keep what came, or drop it.",
    ),
    (
        "vcr_websocket",
        str,
        "no",
        "Record the messages of WebSockets, in a field that go-vcr passes over: yes"
        " or no.",
    ),
)

NAMES = frozenset(name for name, *_ in _OPTIONS)


def add(loader: Loader) -> None:
    for name, kind, default, help_text in _OPTIONS:
        loader.add_option(name, kind, default, help_text)


def parse(opts: options.Options) -> Settings:
    """Raises OptionError."""
    return parse_settings(
        cassette=opts.vcr_cassette,
        mode=opts.vcr_mode,
        allow_repeats=opts.vcr_allow_repeats,
        latency=opts.vcr_latency,
        passthrough=opts.vcr_passthrough,
        layout=opts.vcr_layout,
        record_chunks=opts.vcr_record_chunks,
        record_errors=opts.vcr_record_errors,
        partial=opts.vcr_partial,
        websocket=opts.vcr_websocket,
    )
