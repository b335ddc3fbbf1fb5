"""Import this to have made what each process makes once: the tests' authority, read,
and the texts by which secrets are found, which take 20 ms of a processor."""

import authority
from mitmvcr.secrets.finder import anchors

authority.remember()
anchors(())
