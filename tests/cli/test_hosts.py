"""The file of hosts in a namespace for programs that know of no proxy. That they read
it so is shown in test_isolate.py."""

import pytest

from mitmvcr.cli.isolate.diverted import Names, hosts_within

STAYS = """\
# the usual
127.0.0.1 localhost
::1 localhost ip6-localhost
127.0.1.1 me
fe00::0 ip6-localnet
ff02::1 ip6-allnodes
0.0.0.0 ads.test
not-an-address what.test

"""


def test_what_is_on_this_machine_or_nowhere_stays_as_it_is():
    assert hosts_within(STAYS, Names(), ()) == STAYS


def test_each_name_of_another_machine_gets_an_address_of_its_own():
    names = Names()
    text = "10.0.0.5 api.test API.other.test # ours\n2001:db8::5 api.test\n"
    found = hosts_within(STAYS + text, names, ())
    assert found == STAYS + "198.18.0.1 api.test\n198.18.0.2 API.other.test\n"
    assert names.name_of("198.18.0.1") == "api.test"
    assert names.name_of("198.18.0.2") == "api.other.test"


@pytest.mark.parametrize(
    ("kept", "found"),
    [
        ("10.0.0.5", "10.0.0.5 db.test Web.test\n"),
        ("db.test", "10.0.0.5 db.test\n198.18.0.1 Web.test\n"),
        ("web.test", "10.0.0.5 Web.test\n198.18.0.1 db.test\n"),
    ],
)
def test_what_is_reached_within_stays(kept, found):
    assert hosts_within("10.0.0.5 db.test Web.test\n", Names(), {kept}) == found
