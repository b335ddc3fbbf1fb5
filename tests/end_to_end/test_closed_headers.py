"""HTTP/2 and a header value with a blank at its end, as an SDK without a key sends it.

mitmproxy ends the whole connection for it. Where nothing can be sent on there is no
reason to, and so it is answered.
"""

import subprocess
from pathlib import Path

import pytest

from end_to_end import cassettes
from end_to_end.castle import HIT, Castle
from end_to_end.commander import Commander
from end_to_end.h2_client import ClosedError, connected
from end_to_end.proxy import ADDON, clean_environment
from gobuild import binary
from patience import PATIENCE

GO = Path(__file__).resolve().parents[1] / "clients" / "goblank"
NO_KEY = ("authorization", "Bearer ")
OURS = ("-s", ADDON)


def test_a_replay_answers_it(castle: Castle) -> None:
    castle.start(*OURS, vcr_allow_repeats="all")
    blank = ("x-blank", " both sides ")
    for headers in ([NO_KEY], [blank], [NO_KEY, blank, ("x-tab", "a\t")]):
        assert castle.ask_h2("/json", *headers).status == 200
        assert castle.ask_h2("/counter", *headers).status == 424
    castle.assert_nothing_got_out()
    assert castle.proxy.stop() == 0


def test_go_gets_its_answer(castle: Castle) -> None:
    """It offers HTTP/2 by itself, and sends the blank."""
    h2 = cassettes.interaction(HIT)
    h2["response"] |= {"proto": "HTTP/2.0", "proto_major": 2, "proto_minor": 0}
    cassettes.write(castle.cassette, h2)
    proxy = castle.start(*OURS)
    done = subprocess.run(
        [*castle.namespace.within, binary(GO), HIT],
        env=clean_environment(HTTPS_PROXY=proxy.url, SSL_CERT_FILE=str(castle.ca)),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert (done.stdout, done.stderr) == ("HTTP/2.0 200\n", "")
    castle.assert_nothing_got_out()


@pytest.mark.parametrize(
    "options",
    [{"vcr_mode": "new_episodes"}, {"vcr_passthrough": "~u /headers"}],
    ids=["it records too", "something is let through"],
)
def test_a_session_that_can_send_something_on_does_not(
    castle: Castle, options: dict[str, str]
) -> None:
    castle.start(*OURS, **options)
    assert castle.fetch(HIT).status == 200
    with pytest.raises(ClosedError):
        castle.ask_h2("/json", NO_KEY)


def test_a_session_that_follows_checks_again_also_what_was_open(
    castle: Castle, tmp_path: Path
) -> None:
    commander = Commander(tmp_path / "commands")
    proxy = castle.start(*OURS, *commander.arguments, environment=commander.environment)
    with castle.namespace.entered():
        opened = connected(proxy.port, castle.ca, "api.test")
        with opened as client:
            assert client.answer(client.ask("/json", NO_KEY)).status == 200
            assert "error" not in commander(proxy, "vcr.mode new_episodes")
            with pytest.raises(ClosedError):
                client.answer(client.ask("/counter", NO_KEY))
    assert "error" not in commander(proxy, "vcr.mode replay_only")
    assert castle.ask_h2("/counter", NO_KEY).status == 424
    castle.assert_untouched()


def test_options_that_are_changed_meanwhile_come_into_force_after_the_replay(
    castle: Castle, tmp_path: Path
) -> None:
    """As those from a configuration file, or a user's own."""
    commander = Commander(tmp_path / "commands")
    proxy = castle.start(*OURS, *commander.arguments, environment=commander.environment)
    theirs = {"connection_strategy": "eager", "stream_large_bodies": "1k"}

    def options() -> dict[str, object]:
        asked = {name: commander(proxy, f"option {name}") for name in theirs}
        return {name: answer["result"] for name, answer in asked.items()}

    ours = options()
    assert ours == {"connection_strategy": "lazy", "stream_large_bodies": None}
    for name, value in theirs.items():
        assert "error" not in commander(proxy, f"set {name} {value}")
    assert options() == ours
    assert castle.statuses(HIT) == [200]
    assert "error" not in commander(proxy, "vcr.mode passthrough")
    assert options() == theirs
    castle.assert_nothing_got_out()
