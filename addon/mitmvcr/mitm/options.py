"""The addon's options, as mitmproxy knows them. They are parsed in settings.py."""

from collections.abc import Sequence

from mitmproxy import options
from mitmproxy.addonmanager import Loader

from mitmvcr.settings import Settings, parse_redaction, parse_settings

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
        "Wait before the first byte of a replay, as a factor of the recorded"
        " duration: 0 is not at all, 1 is as recorded.",
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
        "vcr_redact",
        str,
        "default",
        "default, or none: secrets are written as they are.",
    ),
    (
        "vcr_headers",
        str,
        "all",
        "The request headers that are recorded: all (but for secrets), minimal"
        " (accept, content-type, user-agent) or a list of names.",
    ),
    ("vcr_redact_headers", Sequence[str], [], "More headers that hold secrets."),
    ("vcr_redact_query", Sequence[str], [], "More query parameters that hold secrets."),
    (
        "vcr_redact_json",
        Sequence[str],
        [],
        "JSONPaths, as $.user.email, of what is hidden in JSON bodies.",
    ),
    (
        "vcr_redact_regex",
        Sequence[str],
        [],
        "Regular expressions; the first group, or else the match, is hidden anywhere.",
    ),
    (
        "vcr_redact_hosts",
        Sequence[str],
        [],
        "Host names that are hidden, as db.example.com or *.example.com.",
    ),
    (
        "vcr_keep",
        Sequence[str],
        [],
        "What is not to be hidden: a header, a field, a variable, or a kind as jwt.",
    ),
    (
        "vcr_secret",
        Sequence[str],
        [],
        "Variables of the environment whose value is written as <NAME> and put back"
        " in a replay.",
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
        redaction=parse_redaction(
            redact=opts.vcr_redact,
            headers=opts.vcr_headers,
            redact_headers=opts.vcr_redact_headers,
            redact_query=opts.vcr_redact_query,
            redact_json=opts.vcr_redact_json,
            redact_regex=opts.vcr_redact_regex,
            redact_hosts=opts.vcr_redact_hosts,
            keep=opts.vcr_keep,
            secret=opts.vcr_secret,
        ),
    )
