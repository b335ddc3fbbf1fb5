"""A replay that knows the time: what in an old answer is moved to the present.

It is values in, values out; the present is given to it. ``table.py`` says what is moved
and who reads it, ``times.py`` spells times and makes JWTs again, ``moving.py`` moves
an answer, ``clock.py`` remembers what a session gave out, ``expiry.py`` says what of an
answer has run out.
"""

from mitmvcr.clock.clock import Clock
from mitmvcr.clock.expiry import Expired, expired, searched
from mitmvcr.clock.moving import as_of, first_date, recorded_at
