"""Each row of the table of variables, and an inherited proxy."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from mitmvcr.cli.child.environment import ProxyFacts, child_environment
from mitmvcr.cli.child.trust import TrustFiles
from mitmvcr.cli.child.way_out import way_out
from mitmvcr.core.errors import OptionError
from mitmvcr.options import BY_NAME

TRUST = TrustFiles(
    ca=Path("/home/ca.pem"),
    bundle=Path("/run/bundle.pem"),
    node_ca=Path("/run/node.pem"),
    trust_store=Path("/run/trust.jks"),
    php=Path("/run/php"),
    wgetrc=Path("/run/wgetrc"),
    wget2rc=Path("/run/wget2rc"),
    pems=Path("/run/pems"),
    node_preload=Path("/shims/preload.cjs"),
    python=Path("/shims/python"),
    r_profile=Path("/shims/profile.R"),
    ruby_preload=Path("/shims/preload.rb"),
)
FACTS = ProxyFacts(port=4711, cassette="/c/chat.yaml", trust=TRUST)
URL = "http://127.0.0.1:4711"
REPLACE_ROOTS = (
    "SSL_CERT_FILE",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "AWS_CA_BUNDLE",
    "GIT_SSL_CAINFO",
    "HEX_CACERTS_PATH",
    "CARGO_HTTP_CAINFO",
    "PIP_CERT",
    "npm_config_cafile",
    "DENO_CERT",
    "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH",
    "HTTPLIB2_CA_CERTS",
    "PERL_LWP_SSL_CA_FILE",
    "BUNDLE_SSL_CA_CERT",
    "COMPOSER_CAFILE",
    "CLOUDSDK_CORE_CUSTOM_CA_CERTS_FILE",
    "NIX_SSL_CERT_FILE",
    "SYSTEM_CERTIFICATE_PATH",
    "CONDA_SSL_VERIFY",
    "JULIA_SSL_CA_ROOTS_PATH",
    *("VAULT_CACERT", "CONSUL_CACERT", "NOMAD_CACERT"),
)


def test_the_rest_of_the_environment_is_kept():
    assert child_environment({"HOME": "/root"}, FACTS)["HOME"] == "/root"


@pytest.mark.parametrize(
    "name", ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"]
)
def test_all_four_proxy_variables_name_the_proxy(name):
    assert child_environment({name: "http://corp:3128"}, FACTS)[name] == URL


@pytest.mark.parametrize(
    "name", ["ALL_PROXY", "all_proxy", "grpc_proxy", "no_grpc_proxy"]
)
def test_variables_that_would_win_over_ours_are_gone(name):
    assert name not in child_environment({name: "socks5://corp"}, FACTS)


def test_a_cgi_program_has_the_lower_case_variable_alone():
    """With the other one Go's net/http asks nobody, over plain http."""
    inherited = {"REQUEST_METHOD": "GET", "HTTP_PROXY": "http://corp:3128"}
    made = child_environment(inherited, FACTS)
    assert "HTTP_PROXY" not in made
    assert (made["http_proxy"], made["HTTPS_PROXY"]) == (URL, URL)
    assert child_environment({}, FACTS)["HTTP_PROXY"] == URL


@pytest.mark.parametrize("name", ["NO_PROXY", "no_proxy"])
def test_an_inherited_no_proxy_is_replaced_by_loopback(name):
    made = child_environment({name: "*"}, FACTS)
    assert made[name] == "localhost,127.0.0.1,::1"


@pytest.mark.parametrize("name", ["NO_PROXY", "no_proxy"])
def test_no_proxy_names_nobody_when_localhost_is_included(name):
    """Empty it would name everybody to Emacs, which makes a pattern of it."""
    made = child_environment({name: "localhost"}, replace(FACTS, bypass=()))
    assert made[name] == "nobody.invalid"


@pytest.mark.parametrize("name", ["NO_PROXY", "no_proxy"])
@pytest.mark.parametrize(
    ("bypass", "wanted"),
    [
        ((), "127.0.0.1:8081"),
        (("db.test",), "db.test,127.0.0.1:8081"),
        (("localhost", "127.0.0.1"), "localhost,127.0.0.1"),
    ],
)
def test_the_control_api_is_past_the_proxy_when_localhost_is_not(name, bypass, wanted):
    facts = replace(FACTS, bypass=bypass, control="http://127.0.0.1:8081")
    assert child_environment({}, facts)[name] == wanted


@pytest.mark.parametrize("name", REPLACE_ROOTS)
def test_each_variable_that_replaces_roots_names_the_combined_bundle(name):
    assert child_environment({name: "/mine.pem"}, FACTS)[name] == "/run/bundle.pem"


def test_node_adds_its_own_file_of_roots():
    made = child_environment({}, FACTS)
    assert made["NODE_EXTRA_CA_CERTS"] == "/run/node.pem"
    assert "NODE_USE_ENV_PROXY" not in made  # it breaks a Host header of one's own


@pytest.mark.parametrize("deno", ["deno", "/opt/bin/deno", "deno.exe"])
def test_deno_is_spared_the_variable_that_takes_its_trust(deno):
    made = child_environment({}, FACTS, [deno, "run", "main.ts"])
    assert "NODE_EXTRA_CA_CERTS" not in made
    assert made["DENO_CERT"] == "/run/bundle.pem"
    own = {"NODE_EXTRA_CA_CERTS": "/mine.pem"}
    assert child_environment(own, FACTS, [deno])["NODE_EXTRA_CA_CERTS"]
    assert child_environment({}, FACTS, ["npx", deno])["NODE_EXTRA_CA_CERTS"]


def test_node_options_are_kept_and_the_preload_added():
    made = child_environment({"NODE_OPTIONS": "--no-warnings"}, FACTS)
    assert made["NODE_OPTIONS"] == "--no-warnings --require /shims/preload.cjs"


def test_bun_loads_the_same_file_after_its_own_options():
    made = child_environment({"BUN_OPTIONS": "--smol"}, FACTS)
    assert made["BUN_OPTIONS"] == "--smol --preload=/shims/preload.cjs"


def test_a_preload_path_with_spaces_is_quoted():
    trust = replace(TRUST, node_preload=Path('/my "shims"/preload.cjs'))
    made = child_environment({}, replace(FACTS, trust=trust))
    assert made["NODE_OPTIONS"] == r'--require "/my \"shims\"/preload.cjs"'


def test_pythonpath_has_the_shim_first_and_no_empty_entry():
    assert child_environment({}, FACTS)["PYTHONPATH"] == "/shims/python"
    made = child_environment({"PYTHONPATH": "/mine"}, FACTS)
    assert made["PYTHONPATH"] == f"/shims/python{os.pathsep}/mine"


def test_java_is_told_all_by_properties():
    made = child_environment({"JAVA_TOOL_OPTIONS": "-Dx=y"}, FACTS)
    assert made["JAVA_TOOL_OPTIONS"].split() == [
        "-Dx=y",
        "-Dhttp.proxyHost=127.0.0.1",
        "-Dhttp.proxyPort=4711",
        "-Dhttps.proxyHost=127.0.0.1",
        "-Dhttps.proxyPort=4711",
        "-Dhttp.nonProxyHosts=localhost|127.*|[::1]",
        "-Djavax.net.ssl.trustStore=/run/trust.jks",
        "-Djavax.net.ssl.trustStoreType=JKS",
        "-Djavax.net.ssl.trustStorePassword=changeit",
    ]


@pytest.mark.parametrize(
    ("host", "patterns"),
    [
        ("api.example.com", "api.example.com|*.api.example.com"),
        (".example.com", "*.example.com"),
        ("*.example.com", "*.example.com"),
        ("example.com:8080", "example.com|*.example.com"),
        ("10.1.2.3", "10.1.2.3"),
        ("db", "db"),
        ("fe80::1", "[fe80::1]"),
    ],
)
def test_java_has_its_own_patterns(host, patterns):
    made = child_environment({}, replace(FACTS, bypass=(host,)))
    assert f" -Dhttp.nonProxyHosts={patterns} " in made["JAVA_TOOL_OPTIONS"]


def test_java_gets_no_default_bypass_when_localhost_is_included():
    made = child_environment({}, replace(FACTS, bypass=()))
    assert " -Dhttp.nonProxyHosts= " in made["JAVA_TOOL_OPTIONS"]


def test_a_trust_store_path_with_spaces_is_quoted():
    trust = replace(TRUST, trust_store=Path("/my run/trust.jks"))
    made = child_environment({}, replace(FACTS, trust=trust))
    assert "trustStore='/my run/trust.jks'" in made["JAVA_TOOL_OPTIONS"]


def test_php_keeps_its_own_folder():
    assert child_environment({}, FACTS)["PHP_INI_SCAN_DIR"] == f"{os.pathsep}/run/php"
    made = child_environment({"PHP_INI_SCAN_DIR": "/mine"}, FACTS)
    assert made["PHP_INI_SCAN_DIR"] == f"/mine{os.pathsep}/run/php"


def test_wget_reads_our_file():
    assert child_environment({}, FACTS)["SYSTEM_WGETRC"] == "/run/wgetrc"


def test_wget2_reads_a_file_of_its_own():
    assert child_environment({}, FACTS)["SYSTEM_WGET2RC"] == "/run/wget2rc"


def test_guile_reads_a_folder_that_has_nothing_but_the_bundle():
    made = child_environment({}, FACTS)
    assert made["GUILE_TLS_CERTIFICATE_DIRECTORY"] == "/run/pems"


@pytest.mark.parametrize("name", ["WSS_PROXY", "wss_proxy", "WS_PROXY", "ws_proxy"])
def test_websockets_have_variables_of_their_own(name):
    assert child_environment({}, FACTS)[name] == URL


def test_perl_is_switched_on():
    made = child_environment({}, FACTS)
    assert made["PERL_LWP_ENV_PROXY"] == made["MOJO_PROXY"] == "1"
    assert made["MOJO_CA_FILE"] == "/run/bundle.pem"


def test_ruby_loads_ours_after_its_own_options():
    made = child_environment({"RUBYOPT": "-W1"}, FACTS)
    assert made["RUBYOPT"] == "-W1 -r/shims/preload.rb"


def test_a_path_that_ruby_cannot_be_told_is_left_out():
    trust = replace(TRUST, ruby_preload=Path("/my shims/preload.rb"))
    assert "RUBYOPT" not in child_environment({}, replace(FACTS, trust=trust))
    made = child_environment({"RUBYOPT": "-W1"}, replace(FACTS, trust=trust))
    assert made["RUBYOPT"] == "-W1"


def test_r_goes_on_with_the_profile_that_ours_stands_in_for():
    made = child_environment({"R_PROFILE_USER": "/mine.R"}, FACTS)
    assert made["R_PROFILE_USER"] == "/shims/profile.R"
    assert made["MITMVCR_R_PROFILE_USER"] == "/mine.R"
    assert "MITMVCR_R_PROFILE_USER" not in child_environment({}, FACTS)


@pytest.mark.parametrize("own", [{}, {"MITMVCR_R_PROFILE_USER": "/mine.R"}])
@pytest.mark.parametrize("before", ["/a/shims/r/profile.R", "/b/shims/r/profile.R"])
def test_rs_profile_does_not_go_on_with_that_of_the_run_around_it(own, before):
    """It would go on with itself."""
    trust = replace(TRUST, r_profile=Path("/a/shims/r/profile.R"))
    inherited = {"R_PROFILE_USER": before, **own}
    made = child_environment(inherited, replace(FACTS, trust=trust))
    assert made["R_PROFILE_USER"] == "/a/shims/r/profile.R"
    assert made.get("MITMVCR_R_PROFILE_USER") == own.get("MITMVCR_R_PROFILE_USER")


def test_erlang_is_told_by_flags_with_no_quotes_within():
    made = child_environment({"ERL_AFLAGS": "+S 1"}, FACTS)["ERL_AFLAGS"]
    assert made.startswith('+S 1 -eval "catch(application:ensure_all_started(inets))')
    assert made.count('"') == 2
    assert f"{{[{','.join(str(ord(each)) for each in '127.0.0.1')}],4711}}" in made


def test_test_code_is_told_the_facts():
    made = child_environment({}, FACTS)
    facts = {name: made[name] for name in made if name.startswith("MITMVCR_")}
    assert facts == {
        "MITMVCR_PROXY_URL": URL,
        "MITMVCR_CA_FILE": "/home/ca.pem",
        "MITMVCR_CA_BUNDLE": "/run/bundle.pem",
        "MITMVCR_CASSETTE": "/c/chat.yaml",
    }


def parse_bypass(text):
    return BY_NAME["no_proxy"].read(text, "--no-proxy")


def test_hosts_to_bypass_are_put_in_the_portable_form():
    assert parse_bypass(" .corp.test, db:5432 ,[fe80::1],") == (
        ".corp.test",
        "db:5432",
        "fe80::1",
    )


@pytest.mark.parametrize(
    "text", ["*", "10.0.0.0/8", "::1/128", "http://corp", "a b", "[", "a,[]"]
)
def test_what_some_client_cannot_read_is_refused(text):
    with pytest.raises(OptionError, match=r"--no-proxy=.*: use host names, "):
        parse_bypass(text)


def test_no_proxy_is_inherited_by_default(capsys):
    assert way_out({"HTTPS_PROXY": " ", "NO_PROXY": "corp.test"}) is None
    assert capsys.readouterr().err == ""


def test_https_comes_first_among_inherited_proxies_and_it_is_said(capsys):
    given = {"ALL_PROXY": "socks5://c", "http_proxy": "http://a:1"}
    assert way_out(given | {"HTTPS_PROXY": "http://b:2"}).url == "http://b:2"
    assert capsys.readouterr().err == (
        "mitmvcr: HTTPS_PROXY and http_proxy are set: going on through http://b:2, and"
        " for http:// through http://a:1\n"
    )
    assert way_out({"ALL_PROXY": "socks5h://c"}).url == "socks5h://c"


def test_what_the_inherited_proxy_is_not_for_is_kept_and_said(capsys):
    found = way_out({"https_proxy": "corp:3128", "no_proxy": ".corp.test, 10.0.0.0/8,"})
    assert found == ("http://corp:3128", (".corp.test", "10.0.0.0/8"), "")
    told = capsys.readouterr().err
    assert told.endswith("to what no_proxy names: .corp.test, 10.0.0.0/8\n")


def test_the_password_of_an_inherited_proxy_is_not_shown(capsys):
    url = "http://me:secret@corp:3128"
    assert way_out({"https_proxy": url}).url == url
    assert "secret" not in capsys.readouterr().err


@pytest.mark.parametrize(
    "url",
    ["socks4://corp:1080", "http://", "http://corp:port", "http://corp test:1"],
)
@pytest.mark.parametrize("login", ["", "me:secret@", "me:sec/ret?@", "me:@secret#@"])
@pytest.mark.parametrize("name", ["HTTPS_PROXY", "http_proxy", "ALL_PROXY"])
def test_an_inherited_proxy_that_cannot_be_gone_through_is_an_error(name, url, login):
    scheme, mark, place = url.partition("://")
    with pytest.raises(OptionError, match="unset it") as caught:
        way_out({name: scheme + mark + login + place})
    assert "ret" not in str(caught.value), "a log of CI has it"
    assert (f"{mark}***@" in str(caught.value)) is bool(login)


def test_an_inherited_proxy_for_http_alone_is_looked_at_too():
    given = {"HTTPS_PROXY": "http://a:1", "HTTP_PROXY": "socks4://me:secret@corp"}
    with pytest.raises(OptionError, match=r"HTTP_PROXY=socks4://\*\*\*@corp: use"):
        way_out(given)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "127.0.0.2", "[::ffff:127.0.0.1]"]
)
@pytest.mark.parametrize("name", ["https_proxy", "HTTP_PROXY", "all_proxy"])
def test_a_proxy_that_is_ours_is_no_way_out(name, host):
    """As ``mitmvcr env`` has it for clients."""
    with pytest.raises(OptionError, match=f"{name}=.*this proxy is there itself"):
        way_out({name: f"http://{host}:8080"}, 8080)
    assert way_out({name: f"http://{host}:8080"}, 8081)
    assert way_out({name: "http://corp:8080"}, 8080)


def test_a_program_s_own_options_for_its_jvm_do_not_win():
    own = "-Xmx1g -Djavax.net.ssl.trustStore=/corp.jks"
    made = child_environment({"MAVEN_OPTS": own, "GRADLE_OPTS": "-Xmx1g"}, FACTS)
    assert made["MAVEN_OPTS"] == f"{own} {made['JAVA_TOOL_OPTIONS']}"
    assert made["GRADLE_OPTS"] == "-Xmx1g"
