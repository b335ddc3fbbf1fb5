"""Which parts of two requests have to be the same."""

from mitmvcr.core.matching.ignoring import (
    Ignore,
    Ignoring,
    Names,
    glob_of,
    is_named,
    parse_ignore,
)
from mitmvcr.core.matching.matcher import Matcher, agree, form_pairs
from mitmvcr.core.matching.spec import DEFAULT, DEFAULT_PARTS, PARTS, MatchSpec, Rule
from mitmvcr.core.matching.urls import (
    URL_PARTS,
    BaseUrl,
    query_pairs,
    split_url,
    url_host,
    url_key,
)
