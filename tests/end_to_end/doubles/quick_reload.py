"""A script for mitmdump: it looks twenty times a second whether a script has changed,
where mitmproxy looks once."""

from mitmproxy.addons import script

script.ReloadInterval = 0.05
