"""Hold the one table of options, and the settings that come of it.

mitmproxy's options, those of the command line, the ``MITMVCR_*`` variables, the keys of
``mitmvcr.toml``, ``mitmvcr config`` and ``docs/options.md`` are all made from
:data:`OPTIONS`. To add an option, add its row here (and, if it counts in a session, its
field in :class:`Settings`), and use it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple

from mitmvcr import cassette_options as cassette
from mitmvcr import matching_options as matching
from mitmvcr import network_options as network
from mitmvcr import parsing, rerecording
from mitmvcr import redaction_options as redaction
from mitmvcr.core.callers import Preset
from mitmvcr.core.errors import OptionError, UnusableValueError
from mitmvcr.core.matching import DEFAULT, MatchSpec
from mitmvcr.core.model import Layout
from mitmvcr.core.modes import Mode, Repeats
from mitmvcr.network_options import Address
from mitmvcr.parsing import Lane, Partial, RetryAfter, Time, View, as_text
from mitmvcr.secrets.rules import DEFAULT as DEFAULT_RULES
from mitmvcr.secrets.rules import Rules

#: What a user writes: one text, or the texts of a list.
Text = str | Sequence[str]


class Group(StrEnum):
    """The headings in ``--help`` and in the documentation, in their order."""

    CASSETTE = "Cassette"
    MATCHING = "Matching"
    SECRETS = "Secrets"
    STREAMS = "Streams"
    SAVING = "Saving"
    NETWORK = "Network"
    REPORTS = "Reports"


class Scope(StrEnum):
    """Where an option counts. Those of a session are mitmproxy's options too, those of
    a process say how the proxy is reached, those of a command what it does besides."""

    SESSION = "session"
    PROCESS = "process"
    COMMAND = "command"


class Kind(StrEnum):
    """What an option holds. A switch is ``yes`` or ``no`` as text."""

    TEXT = "text"
    LIST = "list"
    SWITCH = "switch"


class Flag(NamedTuple):
    """A word of the command line that stands for a value."""

    word: str
    value: str
    help: str


#: The commands that take an option of a session, by what it is about.
_SESSION = ("run", "serve", "start")
_MATCHING = (*_SESSION, "explain", "diff")
_SECRETS = (*_SESSION, "scan", "scrub", "show", "diff", "convert", "refresh")
_ORIGINS = (*_SESSION, "refresh")


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One row. ``default`` is text, as a user would write it. ``parse`` makes the value
    of text, or of a sequence of texts in a list, and raises UnusableValueError;
    ``write`` makes text of the value again.

    ``field`` is where the value stands in :class:`Settings`, if not under the option's
    own name; with a dot in a record inside. ``long`` is the word on the command line,
    if it is not the name. ``flags`` are there in place of ``--name VALUE``.
    ``is_path``: in a file it is relative to that file.
    """

    name: str
    help: str
    group: Group
    parse: Callable[[Any], object]
    write: Callable[[Any], Text] = as_text
    kind: Kind = Kind.TEXT
    default: Text = ""
    metavar: str = "TEXT"
    short: str = ""
    long: str = ""
    flags: tuple[Flag, ...] = ()
    scope: Scope = Scope.SESSION
    commands: tuple[str, ...] = _SESSION
    field: str = ""
    is_path: bool = False

    def read(self, text: Text, spelled: str = "") -> Any:
        """Parse a value. Raises OptionError, with the option's name as ``spelled``."""
        try:
            return self.parse(text)
        except UnusableValueError as error:
            name = spelled or self.vcr
            raise OptionError(name, error.value, error.remedy) from error

    @property
    def vcr(self) -> str:
        """Return the name as an option of mitmproxy."""
        return f"vcr_{self.name}"

    @property
    def word(self) -> str:
        """Return the name on the command line."""
        return self.long or "--" + self.name.replace("_", "-")

    @property
    def variable(self) -> str:
        """Return the name in the environment."""
        return f"MITMVCR_{self.name.upper()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch(Option):
    """A row of an option that is ``yes`` or ``no``."""

    parse: Callable[[Any], object] = parsing.parse_switch
    kind: Kind = Kind.SWITCH
    default: Text = "no"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed(Option):
    """A row of an option that may be given several times; by default it is not."""

    kind: Kind = Kind.LIST
    default: Text = ()


CASSETTE = Option(
    name="cassette",
    help="The cassette: a file, which gets .yaml if it has no extension, or a URL, as"
    " s3://bucket/chat.yaml.",
    group=Group.CASSETTE,
    parse=cassette.parse_chosen_cassette,
    metavar="FILE",
    short="-c",
    is_path=True,
)
DIR = Option(
    name="dir",
    help="The folder of a cassette for each session: a client names its session in the"
    " proxy's URL, as http://login%2Fok:x@127.0.0.1:8080, or in X-Vcr-Cassette.",
    group=Group.CASSETTE,
    parse=cassette.parse_folder,
    metavar="DIR",
    long="--cassettes",
    is_path=True,
)
MODE = Option(
    name="mode",
    help="record_only, replay_only, replay_with_new_episodes, record_once or"
    " passthrough.",
    group=Group.CASSETTE,
    parse=parsing.parse_mode,
    default="record_once",
    metavar="MODE",
    short="-m",
)
RERECORD = Listed(
    name="rerecord",
    help="Record only these sessions anew, by name (globs, as login/*) or, as @FILE,"
    " those that failed in a JSON report; all others are replayed, whatever the mode"
    " is, and their cassettes stay as they are.",
    group=Group.CASSETTE,
    parse=rerecording.parse_rerecord,
    metavar="NAME|@FILE",
    long="--partial",
)
PASSTHROUGH = Listed(
    name="passthrough",
    help="A mitmproxy flow filter, as '~d example.com': a request that it matches goes"
    " straight through, unrecorded.",
    group=Group.NETWORK,
    parse=parsing.parse_texts,
    metavar="FILTER",
)
BLOCK = Listed(
    name="block",
    help="A mitmproxy flow filter: a request that it matches gets a 403, and is neither"
    " sent nor counted.",
    group=Group.NETWORK,
    parse=parsing.parse_texts,
    metavar="FILTER",
)
IGNORE_PRESET = Option(
    name="ignore_preset",
    help="Traffic that no test is about: packages (the registries of package managers),"
    " telemetry (update checks too), or none. A recording lets it pass unrecorded, a"
    " replay that does not hold it answers with a 403 and does not count it.",
    group=Group.NETWORK,
    parse=network.parse_presets,
    write=network.write_presets,
    default="packages,telemetry",
    metavar="PRESETS",
)
SECRET = Listed(
    name="secret",
    help="Environment variables whose value is written as <NAME>; a replay puts the"
    " current value back.",
    group=Group.SECRETS,
    parse=redaction.parse_variables,
    metavar="VARIABLES",
    commands=_SECRETS,
    field="redaction.secrets",
)
UPSTREAM_CA = Option(
    name="upstream_ca",
    help="A PEM file of authorities to trust for origins, besides the usual ones.",
    group=Group.NETWORK,
    parse=network.parse_pem,
    metavar="FILE",
    is_path=True,
    commands=_ORIGINS,
)
INSECURE_UPSTREAM = Switch(
    name="insecure_upstream",
    help="Trust any certificate that an origin shows; a replay contacts none.",
    group=Group.NETWORK,
    commands=_ORIGINS,
)
CLIENT_CERT = Option(
    name="client_cert",
    help="The client certificate to show to origins: a PEM file that holds its key too,"
    " or a folder of them, named HOST.pem.",
    group=Group.NETWORK,
    parse=network.parse_pem,
    metavar="FILE",
    is_path=True,
    commands=_ORIGINS,
)
SET = Listed(
    name="set",
    help="An option of mitmproxy's own, as ssl_insecure=true.",
    group=Group.NETWORK,
    parse=network.parse_sets,
    metavar="NAME=VALUE",
    scope=Scope.PROCESS,
    commands=_ORIGINS,
)
HOST = Option(
    name="host",
    help="The address to listen on.",
    group=Group.NETWORK,
    parse=parsing.parse_text,
    default="127.0.0.1",
    metavar="ADDRESS",
    scope=Scope.PROCESS,
    commands=("serve", "start"),
)
PORT = Option(
    name="port",
    help="The port to listen on; for 'env' and 'exec', the proxy's.",
    group=Group.NETWORK,
    parse=network.parse_port,
    default="8080",
    metavar="PORT",
    scope=Scope.PROCESS,
    commands=("serve", "start", "env"),
)
WORKERS = Option(
    name="workers",
    help="How many processes share the port, for many sessions on several cores (auto:"
    " one for each core): each session lives in one of them.",
    group=Group.NETWORK,
    parse=network.parse_workers,
    default="1",
    metavar="N",
    scope=Scope.PROCESS,
    commands=("serve",),
)
NO_PROXY = Option(
    name="no_proxy",
    help="More hosts to reach without the proxy, separated by commas.",
    group=Group.NETWORK,
    parse=network.parse_bypass,
    metavar="HOSTS",
    scope=Scope.COMMAND,
    commands=("run", "env"),
)
INCLUDE_LOCALHOST = Switch(
    name="include_localhost",
    help="Send requests to localhost through the proxy too, where the client can.",
    group=Group.NETWORK,
    scope=Scope.COMMAND,
    commands=("run", "env"),
)
ISOLATE = Switch(
    name="isolate",
    help="Linux: the command has a network of its own, whose only way out is the"
    " proxy.",
    group=Group.NETWORK,
    scope=Scope.COMMAND,
    commands=("run",),
)
TRANSPARENT = Switch(
    name="transparent",
    help="With --isolate: programs that know of no proxy are recorded too; whatever"
    " they connect to by name or IPv4 address, on ports 80 and 443, is carried to it.",
    group=Group.NETWORK,
    scope=Scope.COMMAND,
    commands=("run",),
)
TRANSPARENT_PORT = Listed(
    name="transparent_port",
    help="With --transparent: another port whose connections are carried to the proxy;"
    " with --include-localhost also those to this machine's 127.0.0.1, as of a Go or"
    " Java program to a local service.",
    group=Group.NETWORK,
    parse=network.parse_ports,
    metavar="PORT",
    scope=Scope.COMMAND,
    commands=("run",),
)
ISOLATE_ALLOW = Listed(
    name="isolate_allow",
    help="What else an isolated command may reach (TCP), as a test database; a"
    " port alone is this machine's 127.0.0.1.",
    group=Group.NETWORK,
    parse=network.parse_places,
    metavar="HOST:PORT",
    scope=Scope.COMMAND,
    commands=("run",),
)
CONTROL = Option(
    name="control",
    help="Serve the control API on this port of this machine, 0 for any free one; it"
    " opens, switches and ends sessions. HOST:PORT is another address, which wants a"
    " token in MITMVCR_CONTROL_TOKEN.",
    group=Group.NETWORK,
    parse=network.parse_control,
    metavar="[HOST:]PORT",
)
IDLE_TIMEOUT = Option(
    name="idle_timeout",
    help="End a named session, and save what it recorded, after this long without a"
    " request: 30m, 90s; 0 is never. The default session never ends.",
    group=Group.SAVING,
    parse=parsing.parse_timeout,
    write=parsing.write_timeout,
    default="30m",
    metavar="DURATION",
)
REPORT = Listed(
    name="report",
    help="Write what became of each request and each interaction, with durations:"
    " FILE.json, FILE.xml (JUnit), FILE.html (to look at), or - for JSON on stdout"
    " after the command's own output.",
    group=Group.REPORTS,
    parse=parsing.parse_texts,
    metavar="FILE",
    scope=Scope.COMMAND,
    commands=("run", "start"),
    is_path=True,
)
RECEIPT = Option(
    name="receipt",
    help="Write what the run proves (FILE.json): the cassette's digest, what was"
    " played, missed and unused, whether anything could leave, and versions.",
    group=Group.REPORTS,
    parse=parsing.parse_text,
    metavar="FILE",
    scope=Scope.COMMAND,
    commands=("run",),
    is_path=True,
)
PROVE = Switch(
    name="prove",
    help="Run the command twice more, in replay, and put the cassette in place only if"
    " both end as the recording did, with no miss and nothing unused.",
    group=Group.SAVING,
    scope=Scope.COMMAND,
    commands=("run",),
)

FAIL_ON_AGE = Switch(
    name="fail_on_age",
    help="Exit with 100 when the command passed, but a cassette is older than it"
    " may be.",
    group=Group.REPORTS,
    scope=Scope.COMMAND,
    commands=("run",),
)
MAX_AGE = Option(
    name="max_age",
    help="Warn once of each cassette that was recorded longer ago than this, as 30d,"
    " by its first Date, else by git, else by its file.",
    group=Group.REPORTS,
    parse=parsing.parse_age,
    metavar="AGE",
    scope=Scope.COMMAND,
    commands=("run",),
)

OPTIONS: tuple[Option, ...] = (
    CASSETTE,
    DIR,
    MODE,
    RERECORD,
    Option(
        name="allow_repeats",
        help="Replay an interaction more than once: no; last, of identical"
        " ones the last; or all, always the first (go-vcr's replayable interactions).",
        group=Group.CASSETTE,
        parse=parsing.parse_repeats,
        default="no",
        flags=(
            Flag(
                "--allow-repeats",
                "all",
                "Replay an interaction more than once, always the first of identical"
                " ones.",
            ),
            Flag(
                "--repeat-last",
                "last",
                "Replay the last of identical interactions again and again.",
            ),
            Flag("--no-repeats", "no", "Replay each interaction once (default)."),
        ),
    ),
    Option(
        name="layout",
        help="Lay a cassette out as go-vcr's library v4.0.7 does (v4), as it does from"
        " v4.0.8 on (v4.0.8; they differ in few texts, and read each other), or as its"
        " v3 did (v3).",
        group=Group.CASSETTE,
        parse=parsing.parse_layout,
        default="v4",
        metavar="LAYOUT",
    ),
    Option(
        name="view",
        help="Record what go-vcr would have seen (go), or what was sent (wire).",
        group=Group.CASSETTE,
        parse=parsing.parse_view,
        default="go",
        metavar="VIEW",
        commands=_ORIGINS,
    ),
    Option(
        name="match",
        help="What has to be the same, separated by commas: method, scheme, host, port,"
        " path, query, url, body, headers, header:NAME, form, proto; or go-vcr, charm."
        " With -range, -validators, -vary, -operation or -identity that rule is off.",
        group=Group.MATCHING,
        parse=matching.parse_match,
        write=str,
        default="method,url,body",
        metavar="PARTS",
        commands=_MATCHING,
        field="matching",
    ),
    Listed(
        name="ignore_headers",
        help="Headers that matching ignores: names or globs, as X-*; with = at the"
        " end, only the value.",
        group=Group.MATCHING,
        parse=matching.parse_ignored_names,
        metavar="NAMES",
        commands=_MATCHING,
        field="matching.ignore_headers",
    ),
    Listed(
        name="ignore_query",
        help="Query parameters that matching ignores: names or globs, as utm_*; with ="
        " at the end, only the value.",
        group=Group.MATCHING,
        parse=matching.parse_ignored_names,
        metavar="NAMES",
        commands=_MATCHING,
        field="matching.ignore_query",
    ),
    Listed(
        name="ignore_json",
        help="A JSONPath, as $.messages[*].id, of what matching ignores in a JSON body;"
        " with = at the end, only the value.",
        group=Group.MATCHING,
        parse=matching.parse_ignored_json,
        metavar="JSONPATH",
        commands=_MATCHING,
        field="matching.ignore_json",
    ),
    Listed(
        name="ignore_form",
        help="Form fields that matching ignores: names or globs; with = at the end,"
        " only the value.",
        group=Group.MATCHING,
        parse=matching.parse_ignored_names,
        metavar="NAMES",
        commands=_MATCHING,
        field="matching.ignore_form",
    ),
    Listed(
        name="ignore_body",
        help="A regex, as 'run-[0-9]+': what it matches in the text of a body does not"
        " count, nor in its strings and fields.",
        group=Group.MATCHING,
        parse=matching.parse_ignored_body,
        metavar="REGEX",
        commands=_MATCHING,
        field="matching.ignore_body",
    ),
    Listed(
        name="ignore_path",
        help="A regex, as 'run-[0-9]+': what it matches in a URL's path does not"
        " count.",
        group=Group.MATCHING,
        parse=matching.parse_ignored_body,
        metavar="REGEX",
        commands=_MATCHING,
        field="matching.ignore_path",
    ),
    Listed(
        name="base_url_map",
        help="Compare a URL that starts with FROM as if it started with TO.",
        group=Group.MATCHING,
        parse=matching.parse_base_urls,
        write=matching.write_base_urls,
        metavar="FROM=TO",
        commands=_MATCHING,
        field="matching.base_urls",
    ),
    Option(
        name="echo",
        help="What a client makes up and a response repeats, as a request's id: put the"
        " live value where the recorded one stood (auto), or replay it as recorded"
        " (off).",
        group=Group.MATCHING,
        parse=parsing.parse_echo,
        write=parsing.write_echo,
        default="auto",
        metavar="WHEN",
    ),
    Option(
        name="hooks",
        help="A Python file with match, before_record, before_replay or on_miss.",
        group=Group.MATCHING,
        parse=parsing.parse_hooks,
        metavar="FILE",
        commands=_MATCHING,
        is_path=True,
    ),
    Option(
        name="redact",
        help="Hide secrets by the default rules, or none: they are written as they are,"
        " and every start says so.",
        group=Group.SECRETS,
        parse=redaction.parse_redact,
        write=redaction.write_redact,
        default="default",
        metavar="WHAT",
        commands=_SECRETS,
        field="redaction.off",
    ),
    Option(
        name="headers",
        help="The request headers to record: all (except secret ones), minimal"
        " (accept, content-type, user-agent) or a list of names.",
        group=Group.SECRETS,
        parse=redaction.parse_kept_headers,
        write=redaction.write_kept_headers,
        default="all",
        metavar="NAMES",
        commands=_SECRETS,
        field="redaction.headers_kept",
    ),
    Listed(
        name="redact_headers",
        help="More headers that hold secrets.",
        group=Group.SECRETS,
        parse=redaction.parse_names,
        metavar="NAMES",
        commands=_SECRETS,
        field="redaction.headers",
    ),
    Listed(
        name="redact_query",
        help="More query parameters and form fields that hold secrets.",
        group=Group.SECRETS,
        parse=redaction.parse_names,
        metavar="NAMES",
        commands=_SECRETS,
        field="redaction.query",
    ),
    Listed(
        name="redact_json",
        help="A JSONPath, as $.user.email, of what is hidden in JSON bodies: strings"
        " become placeholders, numbers 0.",
        group=Group.SECRETS,
        parse=redaction.parse_json_paths,
        metavar="JSONPATH",
        commands=_SECRETS,
        field="redaction.json",
    ),
    Listed(
        name="redact_regex",
        help="A regular expression, as acct_([0-9]+): its first group, or else the"
        " match, is hidden anywhere. A named group names the placeholder.",
        group=Group.SECRETS,
        parse=redaction.parse_regexes,
        metavar="REGEX",
        commands=_SECRETS,
        field="redaction.regex",
    ),
    Listed(
        name="redact_hosts",
        help="Host names that become redacted-host-1.invalid, as db.example.com or"
        " *.example.com.",
        group=Group.SECRETS,
        parse=redaction.parse_hosts,
        metavar="NAMES",
        commands=_SECRETS,
        field="redaction.hosts",
    ),
    Listed(
        name="keep",
        help="Do not hide this: a header, a field, a cookie, a variable, or a"
        " kind as jwt.",
        group=Group.SECRETS,
        parse=redaction.parse_names,
        metavar="NAMES",
        commands=_SECRETS,
        field="redaction.keep",
    ),
    Listed(
        name="fake",
        help="Write a fake of the same form instead of a placeholder: jwt, for clients"
        " that take their token apart. It has the real one's claims except for who it"
        " is, and in a replay its times are moved to the present.",
        group=Group.SECRETS,
        parse=redaction.parse_fakes,
        metavar="KINDS",
        commands=_SECRETS,
        field="redaction.fake",
    ),
    SECRET,
    Option(
        name="latency",
        help="How long a replay takes, as a factor of the recorded times: 0 is as fast"
        " as the client reads, 1 is as recorded.",
        group=Group.STREAMS,
        parse=parsing.parse_latency,
        default="0",
        metavar="FACTOR",
    ),
    Option(
        name="retry_after",
        help="What a replay at latency 0 tells a client about when to come back"
        " (Retry-After, x-ms-retry-after-ms, x-ratelimit-reset and the like): 0, or"
        " keep for as recorded.",
        group=Group.STREAMS,
        parse=parsing.parse_retry_after,
        default="0",
        metavar="POLICY",
    ),
    Option(
        name="time",
        help="What becomes of an old recording's times in a replay: off, as recorded;"
        " shift, moved to the present by the age of the recording; or freeze, 'run'"
        " gives the command the recording's clock.",
        group=Group.STREAMS,
        parse=parsing.parse_time,
        default="off",
        metavar="TIME",
    ),
    Switch(
        name="record_chunks",
        help="Record when each part of a stream came, in a field that go-vcr ignores,"
        " to replay it at that pace.",
        group=Group.STREAMS,
    ),
    Switch(
        name="record_errors",
        help="Record exchanges that failed (refused, reset, timed out, truncated), and"
        " replay the failure.",
        group=Group.STREAMS,
    ),
    Option(
        name="partial",
        help="A stream that the client left before its end: keep what came, or drop"
        " it.",
        group=Group.STREAMS,
        parse=parsing.parse_partial,
        default="keep",
        metavar="POLICY",
        long="--partial-streams",
    ),
    Switch(
        name="websocket",
        help="Record the messages of WebSockets, and what goes over connections that"
        " are upgraded to something else, in a field that go-vcr ignores.",
        group=Group.STREAMS,
    ),
    Option(
        name="spool",
        help="Bodies larger than this pass live, and go to a temporary file while they"
        " are recorded.",
        group=Group.STREAMS,
        parse=parsing.parse_size,
        default="1m",
        metavar="SIZE",
    ),
    Option(
        name="fsync",
        help="Force a recording to disk with each interaction, to survive a power cut,"
        " or at the end.",
        group=Group.SAVING,
        parse=parsing.parse_fsync,
        write=parsing.write_fsync,
        default="close",
        metavar="WHEN",
        field="fsync_each",
    ),
    Switch(
        name="write_empty",
        help="Write an empty cassette when nothing was recorded.",
        group=Group.SAVING,
    ),
    Switch(
        name="keep_volatile",
        help="Keep the old duration, Date and request ids of an interaction that is"
        " recorded anew, where nothing else differs.",
        group=Group.SAVING,
    ),
    Option(
        name="save_failed",
        help="Save a recording though the command of 'mitmvcr run', or the test that a"
        " session is for, has failed: yes; or no: it is kept beside the cassette, which"
        " stays as it was.",
        group=Group.SAVING,
        parse=parsing.parse_switch,
        default="yes",
        metavar="YES|NO",
        commands=("run", "serve", "start"),
    ),
    Switch(
        name="drop_unused",
        help="Remove interactions that nothing asked for from the cassette, if the"
        " command passed, something was replayed and nothing missed.",
        group=Group.SAVING,
        scope=Scope.COMMAND,
        commands=("run", "start"),
    ),
    PROVE,
    IDLE_TIMEOUT,
    PASSTHROUGH,
    BLOCK,
    IGNORE_PRESET,
    Option(
        name="lane",
        help="Answer a strict replay on a fast lane in front of mitmproxy, wherever its"
        " answers are the same: auto, or off.",
        group=Group.NETWORK,
        parse=parsing.parse_lane,
        default="auto",
        metavar="LANE",
    ),
    INCLUDE_LOCALHOST,
    CONTROL,
    NO_PROXY,
    UPSTREAM_CA,
    INSECURE_UPSTREAM,
    CLIENT_CERT,
    SET,
    ISOLATE,
    TRANSPARENT,
    TRANSPARENT_PORT,
    ISOLATE_ALLOW,
    Option(
        name="ui",
        help="Which of mitmproxy's programs to run: dump, console or web.",
        group=Group.NETWORK,
        parse=parsing.parse_ui,
        default="dump",
        metavar="UI",
        scope=Scope.PROCESS,
        commands=("serve",),
    ),
    HOST,
    PORT,
    WORKERS,
    Switch(
        name="attached",
        help="Belong to the program that started it, such as a test framework's"
        " helper: listen on any free port, print the URL of the control API as JSON,"
        " and end when stdin does.",
        group=Group.NETWORK,
        scope=Scope.PROCESS,
        commands=("serve",),
    ),
    REPORT,
    RECEIPT,
    Switch(
        name="fail_on_miss",
        help="Exit with 100 when the command passed, but a request had no match.",
        group=Group.REPORTS,
        default="yes",
        scope=Scope.COMMAND,
        commands=("run", "start"),
    ),
    Switch(
        name="allow_idle",
        help="Let a strict replay pass even if nothing at all was requested.",
        group=Group.REPORTS,
        scope=Scope.COMMAND,
        commands=("run", "start"),
    ),
    MAX_AGE,
    FAIL_ON_AGE,
    Switch(
        name="fail_on_unused",
        help="Exit with 100 when the command passed, but nothing asked for an"
        " interaction of the cassette.",
        group=Group.REPORTS,
        scope=Scope.COMMAND,
        commands=("run", "start"),
    ),
)


class Settings(NamedTuple):
    """The values of a session's options. ``cassette`` is None while none is chosen, and
    text if it is a URL. ``dir`` is the folder of the named sessions' cassettes, None
    where there are none; ``control`` is the API's address, ``idle_timeout`` in seconds,
    0 for never; ``rerecord`` are globs of the sessions that alone are recorded anew, if
    there are any. ``latency`` is a factor of the
    recorded duration. ``passthrough`` and ``block`` are mitmproxy flow filters, not yet
    parsed. ``spool`` is in bytes. ``fsync_each``, ``write_empty``, ``keep_volatile``:
    see FileStore."""

    cassette: Path | str | None = None
    mode: Mode = Mode.RECORD_ONCE
    allow_repeats: Repeats = Repeats.NO
    latency: float = 0.0
    retry_after: RetryAfter = "0"
    passthrough: tuple[str, ...] = ()
    block: tuple[str, ...] = ()
    ignore_preset: tuple[Preset, ...] = tuple(Preset)
    upstream_ca: Path | None = None
    insecure_upstream: bool = False
    client_cert: Path | None = None
    layout: Layout = "v4"
    record_chunks: bool = False
    record_errors: bool = False
    partial: Partial = "keep"
    websocket: bool = False
    fsync_each: bool = False
    write_empty: bool = False
    save_failed: bool = True
    keep_volatile: bool = False
    spool: int = 1 << 20
    view: View = "go"
    matching: MatchSpec = DEFAULT
    hooks: Path | None = None
    redaction: Rules = DEFAULT_RULES
    dir: Path | None = None
    control: Address | None = None
    idle_timeout: float = 1800.0
    rerecord: tuple[str, ...] = ()
    lane: Lane = "auto"
    time: Time = "off"
    echo: bool = True


BY_NAME: Mapping[str, Option] = {option.name: option for option in OPTIONS}
#: Those that count in a session, which mitmproxy has as ``vcr_*``.
OF_SESSION = tuple(each for each in OPTIONS if each.scope is Scope.SESSION)


def options_of(command: str) -> tuple[Option, ...]:
    return tuple(option for option in OPTIONS if command in option.commands)


def of_command(command: str) -> tuple[Option, ...]:
    """Return the options that only a command has, not a session."""
    return tuple(
        each for each in options_of(command) if each.scope is not Scope.SESSION
    )


def settings_of(values: Mapping[str, Any]) -> Settings:
    """Return the settings that parsed values make, by the options' names."""
    return changed(Settings(), values)


def changed(settings: Settings, values: Mapping[str, Any]) -> Settings:
    """Return settings with other values, by the options' names."""
    # In the table's order: a whole record comes before its fields.
    for option in OF_SESSION:
        if option.name in values:
            settings = _with(settings, option, values[option.name])
    return settings


def _with(settings: Settings, option: Option, value: Any) -> Settings:
    record, _, field = (option.field or option.name).rpartition(".")
    if record:
        inner = getattr(settings, record)._replace(**{field: value})
        return settings._replace(**{record: inner})
    return settings._replace(**{field: value})


def as_options(settings: Settings) -> dict[str, str | list[str]]:
    """Return the same settings as the values of mitmproxy's options."""
    return {option.vcr: _written(settings, option) for option in OF_SESSION}


def _written(settings: Settings, option: Option) -> str | list[str]:
    text = option.write(attrgetter(option.field or option.name)(settings))
    return text if isinstance(text, str) else list(text)
