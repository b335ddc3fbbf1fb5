"""When a WebSocket's messages came, though the day's clock is set anew meanwhile."""

import time
from pathlib import Path

import pytest
from mitmproxy.test import tflow

from mitmvcr.format import reader
from mitmvcr.proxy.flow.websocket import frames
from rig import Rig, in_loop

HOURS = 5 * 3600.0


@pytest.mark.parametrize("jump", [HOURS, -HOURS])
@in_loop
def test_a_clock_that_jumps_makes_no_message_late(jump: float, tmp_path: Path) -> None:
    """A replay with the recorded latency went on five hours later."""
    path = tmp_path / "chat.yaml"
    rig = Rig(vcr_cassette=str(path), vcr_websocket="yes")
    flow, made = rig.ask(), tflow.twebsocketflow()
    answer, socket = made.response, made.websocket
    assert answer is not None
    assert socket is not None
    now, before = time.time(), time.monotonic_ns()
    answer.timestamp_start = answer.timestamp_end = now
    first, *rest = socket.messages
    first.timestamp = now
    for message in rest:
        message.timestamp = now + jump
    socket.timestamp_end = now + jump
    flow.response, flow.websocket = answer, socket
    rig.vcr.responseheaders(flow)
    rig.vcr.response(flow)
    rig.vcr.streams.websocket_end(flow)
    rig.vcr.done()
    lasted = time.monotonic_ns() - before
    (recorded,) = reader.load(path).interactions
    times = [frame.at for frame in recorded.response.websocket]
    assert len(times) >= len(socket.messages)
    assert times == sorted(times)
    assert times[-1] <= lasted


def test_a_saved_flow_has_its_messages_in_order() -> None:
    flow = tflow.twebsocketflow()
    assert flow.response is not None
    assert flow.websocket is not None
    flow.response.timestamp_end = 1000.0
    for n, message in enumerate(flow.websocket.messages):
        message.timestamp = 1002.0 - n
    flow.websocket.timestamp_end = 1003.5
    times = [frame.at for frame in frames(flow)]
    assert times == [2_000_000_000, 2_000_000_000, 2_000_000_000, 3_500_000_000]
