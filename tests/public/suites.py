"""The suites of public packages that are recorded and replayed, and how each is run."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from public.sources import PYTHON, Fill, crate, go_module, maven, npm, sdist

Words = tuple[object, ...]
#: The command in a prepared folder, without the tests that are left out.
Command = Callable[[Path, Sequence[str]], Words]

#: The module of treq's suite that speaks HTTP.
TREQ = "treq.test.test_treq_integration"
#: A port of this machine is another in each run, and ``Host`` with it.
ANY_PORT = ("--include-localhost", "--match", "method,path,query,body")


@dataclass(frozen=True, slots=True)
class Runner:
    """A test runner: how it is called, and how it says how many tests passed."""

    command: Command
    passed: str

    def count(self, said: str) -> int:
        """Return how many tests passed; the last time it is said counts."""
        found = re.findall(self.passed, said)
        assert found, said
        # Go says each test, the others a sum.
        return int(found[-1]) if found[-1].isdigit() else len(found)


@dataclass(frozen=True, slots=True)
class Suite:
    """``left_out`` are the tests that do not run, with the reason; ``asks`` are the
    hosts that its origin stands in for, none if the suite has a server of its own."""

    language: str
    package: str
    version: str
    fill: Fill
    runner: Runner
    tests: int
    asks: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.package.rpartition("/")[2].rpartition(":")[2]


def _pytest(folder: Path, out: Sequence[str]) -> Words:
    words = (PYTHON, "-m", "pytest", "-q", "-o", "addopts=", "-p", "no:cacheprovider")
    less = (word for each in out for word in ("--deselect", each))
    return (*words, "-W", "ignore", *less, "tests")


def _trial(folder: Path, out: Sequence[str]) -> Words:
    """Run treq's tests by trial, which leaves nothing out: all modules, and of the one
    that speaks HTTP its tests by name."""
    sources = folder / "source/src"
    tests = {_module(each, sources) for each in sources.rglob("test_*.py")}
    text = (sources / f"{TREQ.replace('.', '/')}.py").read_text("utf-8")
    spoken = (
        f"TreqIntegrationTests.{each}" for each in re.findall(r" (test_\w+)", text)
    )
    chosen = (f"{TREQ}.{each}" for each in spoken if each not in out)
    there = ("--temp-directory", folder / "trial")
    return (PYTHON, "-m", "twisted.trial", *there, *sorted(tests - {TREQ}), *chosen)


def _module(file: Path, sources: Path) -> str:
    return ".".join(file.relative_to(sources).with_suffix("").parts)


def _go(folder: Path, out: Sequence[str]) -> Words:
    return (folder / "suite", "-test.v", "-test.skip", f"^({'|'.join(out)})$")


def _mocha(folder: Path, out: Sequence[str]) -> Words:
    less = ("--invert", "--grep", f"^({'|'.join(out)})$")
    return (
        folder / "node_modules/.bin/mocha",
        "--exit",
        "--timeout=20000",
        *less,
        "test",
    )


def _cargo(folder: Path, out: Sequence[str]) -> Words:
    less = (word for each in out for word in ("--skip", each))
    return (folder / "suite", "--exact", *less)


def _surefire(folder: Path, out: Sequence[str]) -> Words:
    less = ",".join(f"!{each}" for each in out)
    return ("mvn", "-B", "-o", "surefire:test", f"-Dtest={less}")


PYTEST = Runner(_pytest, r"(\d+) passed")
TRIAL = Runner(_trial, r"successes=(\d+)")
GO = Runner(_go, r"(?m)^--- PASS")
MOCHA = Runner(_mocha, r"(\d+) passing")
CARGO = Runner(_cargo, r"test result: ok. (\d+) passed")
SUREFIRE = Runner(_surefire, r"Tests run: (\d+), Failures: 0, Errors: 0, Skipped: 0")

_ROOTS = "its TLS trusts the roots that ureq is built with, and nobody else's"
_ELSEWHERE = "it asks another host, with an odd certificate or a large file of its own"
_COUNTED = "its own server counts the requests, and none comes to it in a replay"

SUITES = (
    Suite(
        "Python",
        "requests-futures",
        "1.1.0",
        sdist,
        PYTEST,
        30,
        options=ANY_PORT,
    ),
    Suite(
        "Python",
        "treq",
        "26.7.0",
        sdist,
        TRIAL,
        225,
        options=(*ANY_PORT, "--ignore-query", "url="),
        left_out={
            "HTTPSTreqIntegrationTests": (
                "it trusts the authority of its own httpbin, and nobody else's"
            ),
            "TreqIntegrationTests.test_timeout": "it wants that no answer comes",
        },
    ),
    Suite(
        "Go",
        "github.com/levigross/grequests",
        "v0.0.0-20231203190023-9c307ef1f48d",
        go_module,
        GO,
        99,
        asks=("httpbin.org",),
        options=("--keep", "Authorization"),
        left_out={
            "TestGetInvalidSSLCert.*": _ELSEWHERE,
            "TestErrorResponseNOOP": _ELSEWHERE,
            "TestMassiveJSONFile": _ELSEWHERE,
            "TestGitHubSelfJSON": _ELSEWHERE,
        },
    ),
    Suite(
        "Node",
        "bent",
        "7.3.12",
        npm("mocha@7.2.0", "tsame@2.0.1"),
        MOCHA,
        30,
        asks=("httpbin.org", "echo-server.mikeal.now.sh"),
        options=("--include-localhost", "--ignore-body", r"^0\.\d+$"),
        left_out={
            "Invalid json": "Node 20 words its error otherwise than the test wants",
            "basic PUT": "it wants the random number that it sends back, in base64",
        },
    ),
    Suite(
        "Rust",
        "ureq",
        "3.5.2",
        crate,
        CARGO,
        136,
        asks=("httpbin.org", "www.google.com"),
        left_out={
            "test::connect_https_google_rustls": _ROOTS,
            "test::connect_https_google_rustls_webpki": _ROOTS,
            "test::redirect_history_some": _ROOTS,
            "test::username_password_from_uri": _ROOTS,
        },
    ),
    Suite(
        "Java",
        "org.apache.sling:org.apache.sling.testing.clients",
        "3.0.20",
        maven,
        SUREFIRE,
        222,
        options=(
            *ANY_PORT,
            *("--ignore-form", "bundlefile", "--ignore-form", ":contentFile"),
        ),
        left_out={
            "SlingClientRetryStrategyTest": _COUNTED,
            "SlingClientWaitExistsTest": _COUNTED,
            "SlingClientConnectionTimeoutTest": "it wants that no answer comes",
            "IndexingClientTest#testWaitForAsync*": (
                "the names of its form's fields are random"
            ),
            "PollingTest#testCallableTimeout": (
                "it fails on a busy machine, and sends nothing"
            ),
        },
    ),
)
