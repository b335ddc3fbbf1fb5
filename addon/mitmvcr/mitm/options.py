"""The addon's options, as mitmproxy knows them. They are parsed in settings.py."""

from collections.abc import Sequence

from mitmproxy.addonmanager import Loader

from mitmvcr.mitm.host.options import Options
from mitmvcr.redaction_options import parse_redaction
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
        "May an interaction be replayed more than once: no; last, of identical ones"
        " the last; or all, always the first (go-vcr's replayable interactions).",
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
    (
        "vcr_fsync",
        str,
        "close",
        "When a recording is forced to the disk: each interaction, or at the close.",
    ),
    (
        "vcr_write_empty",
        str,
        "no",
        "Does a recording of nothing write an empty cassette: no, or yes.",
    ),
    (
        "vcr_save_failed",
        str,
        "yes",
        "Is a recording saved though the command of 'mitmvcr run' failed: yes, or no.",
    ),
    (
        "vcr_keep_volatile",
        str,
        "no",
        "Does an interaction recorded anew keep the old one's duration, Date and"
        " request ids where nothing else differs: no, or yes.",
    ),
    (
        "vcr_spool",
        str,
        "1m",
        "Larger bodies pass live, and go to a temporary file while they are recorded.",
    ),
    (
        "vcr_view",
        str,
        "go",
        "What is recorded: go is what go-vcr would have seen, wire is what was sent.",
    ),
    (
        "vcr_match",
        str,
        "method,url,body",
        "What has to be the same, separated by commas: method, scheme, host, port,"
        " path, query, url, body, headers, header:NAME, form, proto; or go-vcr, charm.",
    ),
    (
        "vcr_ignore_headers",
        Sequence[str],
        [],
        "Headers that do not count: names or globs; with = behind, only the value.",
    ),
    (
        "vcr_ignore_query",
        Sequence[str],
        [],
        "Query parameters that do not count: names or globs; with = behind, only the"
        " value.",
    ),
    (
        "vcr_ignore_json",
        Sequence[str],
        [],
        "JSONPaths of what does not count in a JSON body; with = behind, only the"
        " value.",
    ),
    (
        "vcr_ignore_form",
        Sequence[str],
        [],
        "Form fields that do not count: names or globs; with = behind, only the value.",
    ),
    (
        "vcr_base_url_map",
        Sequence[str],
        [],
        "FROM=TO: a URL that starts with FROM is compared as if it started with TO.",
    ),
    (
        "vcr_hooks",
        str,
        "",
        "A Python file with match, before_record, before_replay or on_miss.",
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


def parse(opts: Options) -> Settings:
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
        fsync=opts.vcr_fsync,
        write_empty=opts.vcr_write_empty,
        save_failed=opts.vcr_save_failed,
        keep_volatile=opts.vcr_keep_volatile,
        spool=opts.vcr_spool,
        view=opts.vcr_view,
        match=opts.vcr_match,
        ignore_headers=opts.vcr_ignore_headers,
        ignore_query=opts.vcr_ignore_query,
        ignore_json=opts.vcr_ignore_json,
        ignore_form=opts.vcr_ignore_form,
        base_url_map=opts.vcr_base_url_map,
        hooks=opts.vcr_hooks,
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
