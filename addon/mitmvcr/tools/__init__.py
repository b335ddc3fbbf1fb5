"""What is done with cassettes that exist already: values in, values out, no I/O. A
:class:`Sheet` is a cassette whose interactions are written again as they stand."""

from mitmvcr.tools.sheet import (
    Entry,
    Sheet,
    assembled,
    layout_of,
    spliced,
)
