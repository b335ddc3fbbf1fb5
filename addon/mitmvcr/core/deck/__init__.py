"""One loaded cassette in play: what answers a request, and what is left over."""

from mitmvcr.core.deck.deck import Deck
from mitmvcr.core.deck.judged import JudgedDeck
from mitmvcr.core.deck.open import OpenDeck
from mitmvcr.core.deck.retries import Retries
