"""What the benchmarks record takes no closer look for secrets: that look is most of a
recording, and a change that has it taken for each request is seen by nothing else."""

from itertools import islice
from pathlib import Path

import pytest
from mitmproxy import http
from mitmproxy.test import tflow

from mitmvcr.format import reader
from mitmvcr.secrets.redactor import Redactor
from rig import Rig, in_loop

BENCH = Path(__file__).parents[2] / "scripts" / "bench.d"
AUTHORIZATION = "Authorization: Bearer 0123456789abcdefghij"


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """One entry for each closer look."""
    found: list[object] = []
    swept = Redactor._swept
    monkeypatch.setattr(
        Redactor, "_swept", lambda self, walk: found.append(walk) or swept(self, walk)
    )
    return found


def exchange(number: int, more: str = "") -> http.HTTPFlow:
    """Return what the benchmark of recording sends, and what its origin answers."""
    from benchmarks import record
    from harness import load
    from material import origin

    url = next(islice(record.urls(80, 1024), number, None))
    flow = tflow.tflow(req=http.Request.make("GET", url))
    sent = f"Host: 127.0.0.1\r\n{load._HEADERS}".rstrip() + more
    lines = [line.split(": ", 1) for line in sent.split("\r\n")]
    flow.request.headers = http.Headers([(n.encode(), v.encode()) for n, v in lines])
    flow.response = http.Response.make(
        200, origin.body(1024), http.Headers(origin.FIELDS)
    )
    return flow


@pytest.mark.parametrize(("more", "looks"), [("", 0), (f"\r\n{AUTHORIZATION}", 1)])
@in_loop
def test_a_benchmarks_request_takes_none(tmp_path, looked, monkeypatch, more, looks):
    """One that holds a secret takes one, the first time."""
    monkeypatch.syspath_prepend(BENCH)
    rig = Rig(vcr_cassette=str(tmp_path / "new"), vcr_mode="record_only")
    for number in range(3):
        flow = exchange(number, more)
        answer, flow.response = flow.response, None
        rig.vcr.request(flow)
        flow.response = answer
        rig.answer(flow)
    rig.vcr.done()
    assert len(looked) == looks
    assert len(reader.load(tmp_path / "new.yaml").interactions) == 3
