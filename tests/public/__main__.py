"""Fetches and builds the suites, into ``.cache/suites``."""

from public.sources import prepared
from public.suites import SUITES

for suite in SUITES:
    prepared(suite.fill, suite.package, suite.version)
