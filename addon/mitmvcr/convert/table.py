"""The one table of formats: what reads and writes each, and what each can hold.

``scripts/docs`` prints it in docs/convert.md, and a round trip through each format
holds it to what is so.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from mitmvcr.convert.aspects import NAMES, OWN_OF_REQUEST, REQUESTS, USUAL
from mitmvcr.convert.formats import (
    govcr,
    har,
    har_writer,
    hoverfly,
    httpreplay,
    nock,
    postman,
    proxay,
    rubyvcr,
    shell,
    talkback,
    testproxy,
    testserver,
    vcrpy,
    warc,
    wiremock,
)
from mitmvcr.convert.found import Found
from mitmvcr.core.model import Interaction

Reader = Callable[[bytes, Found], None]
Writer = Callable[[Sequence[Interaction]], bytes | Iterable[bytes]]

#: Whose reader lives with mitmproxy, and is given by whoever has it.
MITMPROXY = "mitmproxy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """``title`` names a file of it in a message, ``short`` the format. ``holds``: the
    aspects that it has a place for, ``failures`` those of exchanges, ``only_read`` what
    is read of it and not written. ``extensions`` say in which format to write, and what
    a file is whose content does not."""

    name: str
    title: str
    short: str
    holds: frozenset[str]
    read: Reader | None = None
    write: Writer | None = None
    extensions: tuple[str, ...] = ()
    failures: frozenset[str] = frozenset()
    only_read: frozenset[str] = frozenset()
    #: Its field for when an exchange was, which a cassette knows by its answers alone.
    when: str = ""
    #: Whether it says whose answers they are.
    names_hosts: bool = True

    @property
    def is_read(self) -> bool:
        return self.read is not None or self.name == MITMPROXY


_BINARY = {"request.body, binary", "response.body, binary"}
_REPEATED = {"request.headers, repeated", "response.headers, repeated"}
_HTTP = frozenset(
    USUAL | _BINARY | _REPEATED | {"response.status", "response.transfer_encoding"}
)
#: Matched exactly by what servers record, or slow what answers: neither is written.
_MATCHED = frozenset({"request.headers", "response.duration"})
_YAML = (".yaml", ".yml", ".yaml.gz", ".yml.gz")

FORMATS = (
    Format(
        name="go-vcr",
        title="a cassette of go-vcr",
        short="go-vcr v4",
        holds=NAMES,
        read=govcr.read,
        write=govcr.write,
        extensions=_YAML,
    ),
    Format(
        name="go-vcr-v3",
        title="a cassette of go-vcr",
        short="go-vcr v3",
        holds=NAMES,
        write=govcr.write_v3,
    ),
    Format(
        name="vcrpy",
        title="a cassette of vcrpy",
        short="vcrpy",
        holds=_HTTP,
        read=vcrpy.read,
        write=vcrpy.write,
    ),
    Format(
        name="vcrpy-json",
        title="a cassette of vcrpy",
        short="vcrpy's JSON",
        holds=_HTTP - _BINARY,
        write=vcrpy.write_json,
    ),
    Format(
        name="ruby-vcr",
        title="a cassette of Ruby's VCR or of betamax",
        short="Ruby's VCR",
        holds=_HTTP | {"response.proto"},
        read=rubyvcr.read,
        write=rubyvcr.write,
        when="recorded_at",
    ),
    Format(
        name="betamax",
        title="a cassette of betamax",
        short="betamax",
        holds=_HTTP,
        write=rubyvcr.write_betamax,
        when="recorded_at",
    ),
    Format(
        name="har",
        title="an HTTP archive (HAR)",
        short="HAR",
        holds=_HTTP
        | {
            "response.proto",
            "response.duration",
            "response.websocket",
        },
        failures=har_writer.FAILURES,
        read=har.read,
        write=har_writer.write,
        when="startedDateTime",
        extensions=(".har", ".zhar"),
    ),
    Format(
        name=MITMPROXY,
        title="a file of mitmproxy's flows",
        short="mitmproxy's flows",
        holds=NAMES
        - OWN_OF_REQUEST
        - {"response.chunks", "response.turns", "response.until"},
        extensions=(".mitm", ".flow", ".flows"),
    ),
    Format(
        name="wiremock",
        title="a mapping of WireMock",
        short="WireMock",
        holds=(USUAL | _BINARY | {"response.headers, repeated", "response.status"})
        - {"request.headers"},
        failures=frozenset({"reset"}),
        only_read=_MATCHED,
        read=wiremock.read,
        write=wiremock.write,
        names_hosts=False,
    ),
    Format(
        name="hoverfly",
        title="a simulation of Hoverfly",
        short="Hoverfly",
        holds=USUAL - {"request.headers"}
        | {"response.body, binary", "response.headers, repeated"},
        only_read=_MATCHED,
        read=hoverfly.read,
        write=hoverfly.write,
    ),
    Format(
        name="test-proxy",
        title="a recording of Azure's test proxy",
        short="Azure's test proxy",
        holds=USUAL | _BINARY | _REPEATED,
        read=testproxy.read,
    ),
    Format(
        name="test-server",
        title="a recording of google/test-server",
        short="google/test-server",
        holds=USUAL,
        read=testserver.read,
    ),
    Format(
        name="httpreplay",
        title="a recording of Google's httpreplay",
        short="httpreplay",
        holds=USUAL | _BINARY | _REPEATED | {"response.proto"},
        read=httpreplay.read,
        extensions=(".replay",),
    ),
    Format(
        name="postman",
        title="a collection of Postman",
        short="Postman",
        holds=USUAL | {"response.status", "response.duration"} | _REPEATED,
        read=postman.read,
    ),
    Format(
        name="nock",
        title="a recording of nock",
        short="nock",
        holds=USUAL | _BINARY | _REPEATED,
        read=nock.read,
    ),
    Format(
        name="talkback",
        title="a tape of talkback",
        short="talkback",
        holds=USUAL | _BINARY | {"response.headers, repeated"},
        read=talkback.read,
    ),
    Format(
        name="proxay",
        title="a tape of Proxay",
        short="Proxay",
        holds=USUAL | _BINARY | _REPEATED,
        read=proxay.read,
    ),
    Format(
        name="warc",
        title="an archive of the web (WARC)",
        short="WARC",
        holds=_HTTP
        | {"response.proto", "response.uncompressed"}
        | {"request.headers, binary", "response.headers, binary"},
        read=warc.read,
        extensions=(".warc", ".warc.gz"),
    ),
    Format(
        name="curl",
        title="a script of curl",
        short="a command",
        holds=REQUESTS,
        write=shell.write_curl,
        extensions=(".sh",),
    ),
    Format(
        name="httpie",
        title="a script of httpie",
        short="a command",
        holds=REQUESTS,
        write=shell.write_httpie,
    ),
)
BY_NAME = {each.name: each for each in FORMATS}
READ = tuple(each.name for each in FORMATS if each.is_read)
WRITTEN = tuple(each.name for each in FORMATS if each.write)


def by_extension(name: str) -> Format | None:
    """Return the format that a file's name says, if any."""
    lower = name.lower()
    return next((each for each in FORMATS if lower.endswith(each.extensions)), None)
