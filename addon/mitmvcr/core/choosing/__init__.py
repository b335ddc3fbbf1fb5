"""Which of equal interactions answers, by HTTP's rules and by whose each is."""

from mitmvcr.core.choosing.equals import Equals
from mitmvcr.core.choosing.header_fields import all_fields, fields, target
from mitmvcr.core.choosing.identity import (
    ANY,
    ANYBODY,
    SOFT,
    Identity,
    Values,
    Whose,
    hints,
    parse_identity,
    salt_of,
)
from mitmvcr.core.choosing.objections import Objection, Objections, by_vary
from mitmvcr.core.choosing.parts import Parts, Piece, is_only_range
from mitmvcr.core.choosing.ranges import asks_for_range
from mitmvcr.core.choosing.rules import Asked, is_free, says_operation, strange_to
