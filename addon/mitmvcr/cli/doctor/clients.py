"""The clients that are tried, each with one request to a host that nobody has.

A client that goes past the proxy asks for a name in ``.invalid``, which is never found.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mitmvcr.options import ISOLATE, TRANSPARENT

#: What a program exits with where its library is not there.
ABSENT = 77
#: Of names that are promised to nobody (RFC 6761).
DOMAIN = "doctor.mitmvcr.invalid"

#: What records a program that knows of no proxy.
DIVERTED = f"{ISOLATE.word} {TRANSPARENT.word}"

_PROGRAMS = Path(__file__).parent / "programs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """``words`` are the command, in which ``{tool}`` is the program that was found,
    ``{url}`` what it asks for, ``{programs}`` our folder of programs, and ``{folder}``
    one of its own. ``needs`` are the variables of a run that it goes by. ``limit`` is
    the remedy for one that is known not to come, or not to trust."""

    name: str
    runtime: str
    tool: str
    words: Sequence[str]
    needs: Sequence[str]
    path: str = "/"
    body: str = "mitmvcr\n"
    version: Sequence[str] = ("--version",)
    limit: str = ""
    env: Sequence[tuple[str, str]] = ()

    @property
    def host(self) -> str:
        label = re.sub(r"[^a-z0-9]+", "-", self.name.lower())
        return f"{label}.{DOMAIN}"

    @property
    def is_program(self) -> bool:
        """Return whether our own program runs it, and says so where its library is not
        there."""
        return any("{programs}" in word for word in self.words)

    @property
    def url(self) -> str:
        return f"https://{self.host}{self.path}"


def _script(
    name: str, runtime: str, tool: str, file: str, *which: str, **more: object
) -> Client:
    """Return a client that one of our programs is; ``which`` of its libraries."""
    words = ("{tool}", f"{{programs}}/{file}", *which, "{url}")
    facts: dict[str, object] = {"needs": ("HTTPS_PROXY", "SSL_CERT_FILE"), **more}
    return Client(name=name, runtime=runtime, tool=tool, words=words, **facts)  # type: ignore[arg-type]


def _python(library: str, *needs: str) -> Client:
    return _script(
        f"Python {library}", "python", "python", "client.py", library, needs=needs
    )


_NODE = ("HTTPS_PROXY", "NODE_OPTIONS", "NODE_EXTRA_CA_CERTS")
_GIT = "/info/refs?service=git-upload-pack"

CLIENTS: Sequence[Client] = (
    Client(
        name="curl",
        runtime="curl",
        tool="curl",
        words=("{tool}", "-sS", "{url}"),
        needs=("HTTPS_PROXY", "CURL_CA_BUNDLE"),
    ),
    Client(
        name="wget",
        runtime="wget",
        tool="wget",
        words=("{tool}", "-q", "-O", "-", "--tries=1", "{url}"),
        needs=("https_proxy", "SYSTEM_WGETRC"),
    ),
    Client(
        name="wget2",
        runtime="wget2",
        tool="wget2",
        words=("{tool}", "-q", "-O", "-", "--tries=1", "{url}"),
        needs=("https_proxy", "SYSTEM_WGET2RC"),
    ),
    Client(
        name="aria2",
        runtime="aria2",
        tool="aria2c",
        words=("{tool}", "-q", "--max-tries=1", "-d", "{folder}", "-o", "x", "{url}"),
        needs=("HTTPS_PROXY",),
        limit="aria2 reads authorities from no variable: give it"
        f" --ca-certificate=$MITMVCR_CA_BUNDLE, or record on Linux with {ISOLATE.word}",
    ),
    Client(
        name="git",
        runtime="git",
        tool="git",
        words=("{tool}", "ls-remote", "{url}"),
        path=_GIT,
        needs=("HTTPS_PROXY", "GIT_SSL_CAINFO"),
        env=(("GIT_TERMINAL_PROMPT", "0"),),
    ),
    _python("urllib", "HTTPS_PROXY", "SSL_CERT_FILE"),
    _python("requests", "HTTPS_PROXY", "REQUESTS_CA_BUNDLE"),
    _python("httpx", "HTTPS_PROXY", "SSL_CERT_FILE"),
    _python("aiohttp", "PYTHONPATH", "HTTPS_PROXY", "SSL_CERT_FILE"),
    _python("urllib3", "PYTHONPATH", "HTTPS_PROXY", "SSL_CERT_FILE"),
    Client(
        name="pip",
        runtime="python",
        tool="python",
        words=(
            *("{tool}", "-m", "pip", "download", "--no-deps", "-q", "--retries=0"),
            *("--disable-pip-version-check", "-d", "{folder}"),
            *("--index-url", "{base}/simple", "mitmvcr-doctor"),
        ),
        path="/simple/mitmvcr-doctor/",
        needs=("HTTPS_PROXY", "PIP_CERT"),
    ),
    _script("Node fetch", "node", "node", "client.cjs", "fetch", needs=_NODE),
    _script("Node https", "node", "node", "client.cjs", "https", needs=_NODE),
    Client(
        name="npm",
        runtime="node",
        tool="npm",
        words=(
            *("{tool}", "ping", "--registry={base}/", "--fetch-retries=0"),
            *("--update-notifier=false", "--cache={folder}"),
        ),
        path="/-/ping",
        body="{}",
        needs=("HTTPS_PROXY", "npm_config_cafile"),
    ),
    Client(
        name="Deno fetch",
        runtime="deno",
        tool="deno",
        words=(
            "{tool}",
            "run",
            "--allow-net",
            "{programs}/client.cjs",
            "fetch",
            "{url}",
        ),
        needs=("HTTPS_PROXY", "DENO_CERT"),
        env=(("DENO_NO_UPDATE_CHECK", "1"),),
    ),
    _script(
        "Bun fetch",
        *("bun", "bun", "client.cjs", "fetch"),
        needs=("HTTPS_PROXY", "NODE_EXTRA_CA_CERTS"),
    ),
    Client(
        name="Go net/http",
        runtime="go",
        tool="go",
        words=("{tool}", "list", "-m", "-versions", "doctor.invalid/client"),
        version=("version",),
        path="/doctor.invalid/client/@v/list",
        body="v1.0.0\n",
        needs=("HTTPS_PROXY", "SSL_CERT_FILE"),
        env=(
            ("GOPROXY", "{base}"),
            ("GOFLAGS", "-mod=mod"),
            ("GONOSUMDB", "*"),
            ("GOTOOLCHAIN", "local"),
            ("GOMODCACHE", "{folder}"),
        ),
    ),
    Client(
        name="cargo",
        runtime="rust",
        tool="cargo",
        words=("{tool}", "search", "--index", "sparse+{base}/", "mitmvcr-doctor"),
        path="/config.json",
        body='{"dl": "https://doctor.invalid/dl", "api": "https://doctor.invalid"}',
        needs=("HTTPS_PROXY", "CARGO_HTTP_CAINFO"),
        env=(("CARGO_HOME", "{folder}"), ("CARGO_NET_RETRY", "0")),
    ),
    _script(
        "Java HttpClient",
        *("java", "java", "Client.java"),
        version=("-version",),
        needs=("JAVA_TOOL_OPTIONS",),
    ),
    _script(
        "Ruby Net::HTTP",
        *("ruby", "ruby", "client.rb"),
        needs=("http_proxy", "SSL_CERT_FILE"),
    ),
    _script(
        "PHP curl",
        *("php", "php", "client.php", "curl"),
        needs=("HTTPS_PROXY", "PHP_INI_SCAN_DIR"),
    ),
    _script(
        "PHP streams",
        *("php", "php", "client.php", "streams"),
        needs=(),
        limit="PHP's streams read no variable: give them a context with 'proxy', or"
        f" record with {DIVERTED}",
    ),
    _script("Perl HTTP::Tiny", "perl", "perl", "client.pl", "HTTP::Tiny"),
    _script(
        "Perl LWP",
        *("perl", "perl", "client.pl", "LWP::UserAgent"),
        needs=("HTTPS_PROXY", "PERL_LWP_ENV_PROXY", "PERL_LWP_SSL_CA_FILE"),
    ),
    _script(
        "R curl",
        *("r", "Rscript", "client.R"),
        needs=("HTTPS_PROXY", "R_PROFILE_USER"),
    ),
    _script(
        "Erlang httpc",
        *("erlang", "escript", "client.escript"),
        version=(),
        needs=("ERL_AFLAGS",),
    ),
)

#: What other programs a runtime is behind, by their names.
_PROGRAMS_OF: Mapping[str, str] = {
    "python": "python pytest py.test pip nox uv uvx poetry pdm hatch pipenv httpie http"
    " https coverage tox ipython jupyter",
    "node": "node nodejs npm npx yarn pnpm jest vitest mocha tsx ts-node playwright",
    "deno": "deno",
    "bun": "bun bunx",
    "go": "go gotestsum ginkgo",
    "rust": "cargo rustc cargo-nextest",
    "java": "java mvn mvnw gradle gradlew sbt scala kotlin ant",
    "ruby": "ruby rspec rake bundle rails gem",
    "php": "php phpunit composer pest artisan",
    "perl": "perl prove cpan cpanm",
    "r": "R Rscript",
    "erlang": "erl escript elixir mix iex rebar3",
    "curl": "curl",
    "wget": "wget",
    "wget2": "wget2",
    "aria2": "aria2c",
    "git": "git",
}
RUNTIMES: Mapping[str, str] = {
    name: runtime for runtime, names in _PROGRAMS_OF.items() for name in names.split()
}


def programs() -> str:
    """Return the folder of the programs that clients are."""
    return str(_PROGRAMS)
