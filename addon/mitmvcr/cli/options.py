"""The options that ``run`` and ``serve`` share, as they were typed."""

from dataclasses import dataclass

from mitmvcr.core.secrets.rules import DEFAULT, Rules
from mitmvcr.settings import Settings, parse_settings


@dataclass(frozen=True, slots=True, kw_only=True)
class VcrOptions:
    """What is not said is what the addon's own options have."""

    cassette: str | None = None
    mode: str | None = None
    allow_repeats: str | None = None
    latency: str = "0"
    passthrough: tuple[str, ...] = ()
    layout: str = "v4"
    record_chunks: bool = False
    record_errors: bool = False
    partial: str = "keep"
    websocket: bool = False
    fsync: str = "close"
    write_empty: bool = False
    keep_volatile: bool = False
    spool: str = "1m"
    save_failed: str = "yes"
    view: str = "go"
    match: str = ""
    ignore_headers: tuple[str, ...] = ()
    ignore_query: tuple[str, ...] = ()
    ignore_json: tuple[str, ...] = ()
    ignore_form: tuple[str, ...] = ()
    base_url_map: tuple[str, ...] = ()
    hooks: str = ""
    redaction: Rules = DEFAULT

    def settings(self, cassette: str, mode: str) -> Settings:
        """Parsed. Raises OptionError."""
        return parse_settings(
            cassette=cassette,
            mode=mode,
            allow_repeats=self.allow_repeats or "no",
            latency=self.latency,
            passthrough=self.passthrough,
            layout=self.layout,
            record_chunks=_said(self.record_chunks),
            record_errors=_said(self.record_errors),
            partial=self.partial,
            websocket=_said(self.websocket),
            fsync=self.fsync,
            write_empty=_said(self.write_empty),
            keep_volatile=_said(self.keep_volatile),
            spool=self.spool,
            save_failed=self.save_failed,
            view=self.view,
            match=self.match,
            ignore_headers=self.ignore_headers,
            ignore_query=self.ignore_query,
            ignore_json=self.ignore_json,
            ignore_form=self.ignore_form,
            base_url_map=self.base_url_map,
            hooks=self.hooks,
            redaction=self.redaction,
        )


def _said(flag: bool) -> str:
    return "yes" if flag else "no"
