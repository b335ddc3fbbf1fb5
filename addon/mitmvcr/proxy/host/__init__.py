"""All that we rely on in mitmproxy beyond its documentation.

Each fact was measured on the versions that it names; file names are relative to the
installed ``mitmproxy/`` package.
"""

from mitmvcr.proxy.host.capabilities import capabilities as capabilities
