"""How an API's answers differ from the recorded ones, by shape.

``rules.py`` is the table of what is found, ``shapes.py`` what values have in common,
``compared.py`` compares an answer with some live ones, ``grafted.py`` makes the new
answer that differs from the old one in nothing else.
"""

from mitmvcr.drift.compared import Drift, compared
from mitmvcr.drift.grafted import grafted
from mitmvcr.drift.rules import RULES, Finding, Tier
from mitmvcr.drift.shapes import Known
