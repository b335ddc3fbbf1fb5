"""The variables that send a child process to the proxy and make it trust it.

Which client reads which was measured; a row that looks needless is there for one of
them. ``NO_PROXY`` is in the one form that all of them read: names and addresses with
no brackets, no networks and no ``*``. httpx refuses ``[::1]`` and ``::1/128``.
"""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from mitmvcr.cli.child.jks import PASSWORD
from mitmvcr.cli.child.trust import BUNDLE_VARIABLES, TrustFiles
from mitmvcr.options import CASSETTE, DIR

LOOPBACK = ("localhost", "127.0.0.1", "::1")

#: What whoever started the run chose.
RUN_MODE = "MITMVCR_RUN_MODE"
#: Stands in NO_PROXY where nobody goes past the proxy: RFC 2606 has nobody there.
#: Emacs makes a pattern of the list, and an empty one is found in each host.
NOBODY = "nobody.invalid"
#: Inherited ones would win over ours: grpc's comes first, and httpx cannot use socks.
#: The mode would be that of a run around this one.
_UNSET = ("ALL_PROXY", "all_proxy", "grpc_proxy", "no_grpc_proxy", RUN_MODE)
#: In a CGI program this may be a header of the request: Go's net/http refuses to ask
#: anybody, and curl, Python and Perl pass over it. All of them read http_proxy there.
_REFUSED_IN_CGI, _CGI = "HTTP_PROXY", "REQUEST_METHOD"
#: Programs' own options for their JVM, which win over JAVA_TOOL_OPTIONS.
_JVMS = ("JDK_JAVA_OPTIONS", "MAVEN_OPTS", "GRADLE_OPTS", "SBT_OPTS", "JAVA_OPTS")
_WINS = ("-Djavax.net.ssl.trustStore", "proxyHost")


@dataclass(frozen=True, slots=True)
class ProxyFacts:
    """What this run gives its child; ``bypass`` are the hosts that the child reaches
    without the proxy. ``cassette`` and ``folder``, of its sessions' cassettes, are
    empty where there is none; ``control`` is the URL of the API, ``mode`` what the run
    was given as one, not as a default."""

    port: int
    cassette: str
    trust: TrustFiles
    bypass: Sequence[str] = LOOPBACK
    folder: str = ""
    control: str = ""
    mode: str = ""

    @property
    def proxy_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def child_environment(
    inherited: Mapping[str, str], facts: ProxyFacts, command: Sequence[str] = ()
) -> dict[str, str]:
    """Return the whole environment of the child, which runs the ``command``."""
    kept = {name: value for name, value in inherited.items() if name not in _UNSET}
    made = {
        **kept,
        **_proxies(facts),
        **_authorities(facts.trust),
        **_node(inherited, facts.trust),
        **_python(inherited, facts.trust),
        **_java(inherited, facts),
        **_php(inherited, facts.trust),
        **_perl(facts.trust),
        **_ruby(inherited, facts.trust),
        **_r(inherited, facts.trust),
        **_erlang(inherited, facts),
        **_facts(facts),
    }
    if _CGI in inherited:
        del made[_REFUSED_IN_CGI]
    return made if "NODE_EXTRA_CA_CERTS" in inherited else _for_deno(made, command)


def _for_deno(made: dict[str, str], command: Sequence[str]) -> dict[str, str]:
    """Leave out NODE_EXTRA_CA_CERTS for Deno, whose node:https trusts by DENO_CERT
    without it, and with it asks for --allow-sys (2.9)."""
    if not command or Path(command[0]).stem != "deno":
        return made
    return {name: made[name] for name in made if name != "NODE_EXTRA_CA_CERTS"}


def _proxies(facts: ProxyFacts) -> dict[str, str]:
    schemes = (
        "HTTPS",
        "HTTP",
        "WSS",
        "WS",
    )  # the last two are read by aiohttp and curl
    upper = [f"{scheme}_PROXY" for scheme in schemes]
    names = [*upper, *map(str.lower, upper)]
    bypass = ",".join([*facts.bypass, *_own(facts)]) or NOBODY
    return {
        **dict.fromkeys(names, facts.proxy_url),
        **dict.fromkeys(("NO_PROXY", "no_proxy"), bypass),
    }


def _own(facts: ProxyFacts) -> list[str]:
    """Return the address of the control API, unless its host is past the proxy anyway:
    what calls it there is no traffic of the program's own. Many clients look at the
    port that stands in NO_PROXY; curl does not."""
    address = urlsplit(facts.control)
    past = not facts.control or address.hostname in facts.bypass
    return [] if past else [address.netloc]


def _authorities(trust: TrustFiles) -> dict[str, str]:
    return {
        **dict.fromkeys(BUNDLE_VARIABLES, str(trust.bundle)),
        "NODE_EXTRA_CA_CERTS": str(trust.node_ca),
        "SYSTEM_WGETRC": str(trust.wgetrc),
        "SYSTEM_WGET2RC": str(trust.wget2rc),
        "GUILE_TLS_CERTIFICATE_DIRECTORY": str(trust.pems),
    }


def _node(inherited: Mapping[str, str], trust: TrustFiles) -> dict[str, str]:
    """Return what loads one file into Node and into Bun (no NODE_OPTIONS there)."""
    path = str(trust.node_preload)
    words = {
        "NODE_OPTIONS": f"--require {_node_word(path)}",
        "BUN_OPTIONS": _node_word(f"--preload={path}"),
    }
    return {name: _added(inherited.get(name, ""), word) for name, word in words.items()}


def _node_word(path: str) -> str:
    """Return one word of these, quoted only if it must be: older Nodes know none."""
    if not re.search(r'[\s"\\]', path):
        return path
    escaped = path.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _python(inherited: Mapping[str, str], trust: TrustFiles) -> dict[str, str]:
    """Return PYTHONPATH without an empty entry, which would be the working folder."""
    mine = [str(trust.python), inherited.get("PYTHONPATH", "")]
    return {"PYTHONPATH": os.pathsep.join(path for path in mine if path)}


def _java(inherited: Mapping[str, str], facts: ProxyFacts) -> dict[str, str]:
    """Return JAVA_TOOL_OPTIONS, which every JVM reads from 5 on; Java reads no proxy
    variable."""
    port, store = facts.port, _java_word(str(facts.trust.trust_store))
    options = [
        "-Dhttp.proxyHost=127.0.0.1",
        f"-Dhttp.proxyPort={port}",
        "-Dhttps.proxyHost=127.0.0.1",
        f"-Dhttps.proxyPort={port}",
        f"-Dhttp.nonProxyHosts={_java_bypass(facts.bypass)}",
        f"-Djavax.net.ssl.trustStore={store}",
        "-Djavax.net.ssl.trustStoreType=JKS",
        f"-Djavax.net.ssl.trustStorePassword={PASSWORD}",
    ]
    ours = " ".join(options)
    others = {
        name: _added(inherited[name], ours)
        for name in _JVMS
        if any(word in inherited.get(name, "") for word in _WINS)
    }
    mine = inherited.get("JAVA_TOOL_OPTIONS", "")
    return {"JAVA_TOOL_OPTIONS": _added(mine, ours), **others}


def _java_word(path: str) -> str:
    """Return one word of JAVA_TOOL_OPTIONS. HotSpot splits it at white space outside
    quotes and knows no escape within one kind of quotes."""
    if not re.search(r"[\s'\"]", path):
        return path
    return f'"{path}"' if "'" in path else f"'{path}'"


def _java_bypass(bypass: Sequence[str]) -> str:
    """Return the hosts as Java's own pattern: ``|`` between, a ``*`` at an end, IPv6 in
    brackets."""
    return "|".join(pattern for host in bypass for pattern in _java_patterns(host))


def _java_patterns(host: str) -> list[str]:
    if host == "127.0.0.1":
        return ["127.*"]
    if host.count(":") > 1:
        return [f"[{host}]"]
    name = host.partition(":")[0]  # it knows no port either
    domain = name.removeprefix("*").removeprefix(".")
    if domain != name:
        return [f"*.{domain}"]
    return [name, f"*.{name}"] if re.search(r"\.\D", name) else [name]


def _php(inherited: Mapping[str, str], trust: TrustFiles) -> dict[str, str]:
    """Return the variable that adds a folder of PHP settings; an empty first entry
    keeps PHP's own folder."""
    mine = inherited.get("PHP_INI_SCAN_DIR", "")
    return {"PHP_INI_SCAN_DIR": f"{mine}{os.pathsep}{trust.php}"}


def _perl(trust: TrustFiles) -> dict[str, str]:
    """Return the switches that have LWP and Mojo::UserAgent read the variables."""
    switches = dict.fromkeys(("PERL_LWP_ENV_PROXY", "MOJO_PROXY"), "1")
    return {**switches, "MOJO_CA_FILE": str(trust.bundle)}


def _ruby(inherited: Mapping[str, str], trust: TrustFiles) -> dict[str, str]:
    """Return nothing where the path cannot be said: RUBYOPT knows no quotes."""
    path = str(trust.ruby_preload)
    if re.search(r"\s", path):
        return {}
    return {"RUBYOPT": _added(inherited.get("RUBYOPT", ""), f"-r{path}")}


def _r(inherited: Mapping[str, str], trust: TrustFiles) -> dict[str, str]:
    """Return R's profile, and the one that it stands in for, which it goes on with: not
    that of a run around this one, which would go on with itself."""
    own = inherited.get("R_PROFILE_USER")
    if own and Path(own).parts[-3:] == trust.r_profile.parts[-3:]:
        own = inherited.get("MITMVCR_R_PROFILE_USER")
    chained = {"MITMVCR_R_PROFILE_USER": own} if own else {}
    return {"R_PROFILE_USER": str(trust.r_profile), **chained}


def _erlang(inherited: Mapping[str, str], facts: ProxyFacts) -> dict[str, str]:
    """Return ERL_AFLAGS, which every Erlang reads; httpc knows no variable. A release
    may lack what is called here."""
    bypass = ",".join(map(_erlang_text, facts.bypass))
    proxy = f"{{{{{_erlang_text('127.0.0.1')},{facts.port}}},[{bypass}]}}"
    calls = [
        "application:ensure_all_started(inets)",
        f"httpc:set_options([{{proxy,{proxy}}},{{https_proxy,{proxy}}}])",
        f"public_key:cacerts_load({_erlang_text(str(facts.trust.bundle))})",
    ]
    code = ",".join(f"catch({call})" for call in calls)
    return {"ERL_AFLAGS": _added(inherited.get("ERL_AFLAGS", ""), f'-eval "{code}"')}


def _erlang_text(text: str) -> str:
    """Return an expression of a text, with no double quotes: erl knows no escape."""
    return f"[{','.join(str(ord(character)) for character in text)}]"


def _facts(facts: ProxyFacts) -> dict[str, str]:
    return {
        "MITMVCR_PROXY_URL": facts.proxy_url,
        "MITMVCR_CA_FILE": str(facts.trust.ca),
        "MITMVCR_CA_BUNDLE": str(facts.trust.bundle),
        CASSETTE.variable: facts.cassette,
        **({"MITMVCR_CONTROL_URL": facts.control} if facts.control else {}),
        **({DIR.variable: facts.folder} if facts.folder else {}),
        **({RUN_MODE: facts.mode} if facts.mode else {}),
    }


def _added(inherited: str, ours: str) -> str:
    return f"{inherited} {ours}" if inherited else ours
