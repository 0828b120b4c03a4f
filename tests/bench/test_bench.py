"""What the bench makes of its measurements; how fast anything is, is not tested."""

from __future__ import annotations

import http.server
import json
import socket
import threading
from collections.abc import Iterator
from http.client import HTTPConnection

import pytest
from callers import Rush, ask_often, rush, rushes
from http_calls import call, call_queued, connect, once, upload
from machine import facts
from rows import Goal, compared, stated, table, times_cost, times_gain
from servers import first_answer, free_port, memory_mb, serving
from timing import Sample, take_turns, turning

SERVES = """
import http.server, os
address = ("127.0.0.1", int(os.environ["GRADIO_SERVER_PORT"]))
http.server.HTTPServer(address, http.server.BaseHTTPRequestHandler).serve_forever()
"""
NEVER_SERVES = "import sys; sys.exit('no checkpoint')"


def test_a_sample_has_the_middle_and_the_quartiles() -> None:
    sample = Sample((5.0, 1.0, 2.0, 4.0, 3.0))
    assert sample.median == 3.0
    assert sample.spread == (2.0, 4.0)


def test_one_measurement_is_its_own_spread() -> None:
    assert Sample((7.0,)).spread == (7.0, 7.0)


def test_turns_give_each_call_its_share_and_one_uncounted_call_a_turn() -> None:
    counted = {"a": 0, "b": 0}

    def count(name: str) -> None:
        counted[name] += 1

    taken = take_turns({"a": lambda: count("a"), "b": lambda: count("b")}, rounds=3, repeats=2)
    assert {name: len(sample.values) for name, sample in taken.items()} == {"a": 6, "b": 6}
    assert counted == {"a": 9, "b": 9}


def test_nobody_is_always_first() -> None:
    assert turning(("a", "b", "c"), 4) == [
        ("a", "b", "c"),
        ("b", "c", "a"),
        ("c", "a", "b"),
        ("a", "b", "c"),
    ]


@pytest.mark.parametrize(
    ("goal", "ratio", "met"),
    [
        (Goal("at most", 1.25), 1.25, True),
        (Goal("at most", 1.25), 1.26, False),
        (Goal("at least", 8), 8.0, True),
        (Goal("at least", 8), 7.99, False),
        (Goal("at most", 3, "ms"), 3.0, True),
        (Goal("at most", 3, "ms"), 3.01, False),
    ],
)
def test_a_goal_is_met_on_its_side_of_the_limit(goal: Goal, ratio: float, met: bool) -> None:
    assert goal.is_met(ratio) is met


def test_a_figure_by_itself_may_have_a_goal_in_its_own_unit() -> None:
    row = stated("x", "X", Sample((2.0, 4.0, 9.0)), unit="ms", goal=Goal("at most", 3, "ms"))
    assert (row.ours, row.ratio, row.goal, row.met) == (4.0, None, "at most 3 ms", False)
    assert all(text in table([row]) for text in ("4 ms (3 to 6.5)", "at most 3 ms", "NO"))


def test_cost_and_gain_are_each_others_inverse() -> None:
    ours, other = Sample((2.0,)), Sample((10.0,))
    assert times_cost(ours, other) == pytest.approx(0.2)
    assert times_gain(ours, other) == pytest.approx(5.0)


def test_a_row_holds_medians_ratio_and_verdict() -> None:
    ours, other = Sample((1.0, 2.0, 3.0)), Sample((10.0, 12.0))
    row = compared(
        "x", "X", ours, other, unit="ms", ratio=times_gain(ours, other), goal=Goal("at least", 8)
    )
    assert (row.ours, row.other, row.n) == (2.0, 11.0, 2)
    assert row.ratio == pytest.approx(5.5)
    assert (row.goal, row.met) == ("at least 8x", False)


def test_the_table_says_when_a_goal_is_missed() -> None:
    missed = compared(
        "a", "A", Sample((3.0,)), Sample((2.0,)), unit="s", ratio=1.5, goal=Goal("at most", 1.25)
    )
    heading, line = table([missed]).splitlines()
    assert heading.split() == ["what", "ours", "other", "ratio", "goal", "met", "n"]
    assert all(text in line for text in ("1.50x", "at most 1.25x", "NO"))


def test_the_table_writes_large_numbers_in_full() -> None:
    row = stated("b", "B", Sample((2310.4,)), unit="MB")
    assert "2,310 MB (2,310 to 2,310)" in table([row])


def test_machine_facts_name_processor_and_versions() -> None:
    machine = facts()
    assert machine["cpu"]
    assert machine["cores"] >= 1
    assert {"onnxruntime", "numpy"} <= set(machine["versions"])


class _Gradio(http.server.BaseHTTPRequestHandler):
    """As much of Gradio's HTTP surface as the callers use."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/gradio_api/upload":
            self._send(200, ["kept/slice.jpg" if b"\xff\xd8JPEG" in body else "lost"])
        elif self.path == "/gradio_api/run/echo":
            self._send(200, {"data": json.loads(body)["data"]})
        elif self.path == "/gradio_api/call/queued":
            self._send(200, {"event_id": json.loads(body)["data"][0]})
        else:
            self._send(404, {"detail": "no such endpoint"})

    def do_GET(self) -> None:
        event = self.path.rsplit("/", 1)[1]
        self._send_text(200, f"event: heartbeat\ndata: null\n\nevent: {event}\ndata: [7]\n\n")

    def log_message(self, *_: object) -> None:
        """Keep quiet."""

    def _send(self, status: int, answer: object) -> None:
        self._send_text(status, json.dumps(answer))

    def _send_text(self, status: int, text: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())


@pytest.fixture
def port() -> Iterator[int]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Gradio)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def connection(port: int) -> Iterator[HTTPConnection]:
    opened = connect(port)
    yield opened
    opened.close()


def test_an_upload_comes_back_as_a_file_to_call_with(connection: HTTPConnection) -> None:
    sent = upload(connection, b"\xff\xd8JPEG")
    assert sent == {"path": "kept/slice.jpg", "meta": {"_type": "gradio.FileData"}}
    assert call(connection, "echo", [sent, 0]) == [sent, 0]


def test_a_connection_that_was_closed_meanwhile_is_opened_again(connection: HTTPConnection) -> None:
    assert call(connection, "echo", [1]) == [1]
    connection.sock.shutdown(socket.SHUT_RDWR)  # as far as this end sees, the other one closed it
    assert call(connection, "echo", [2]) == [2]


def test_a_failed_call_says_where_and_what(connection: HTTPConnection) -> None:
    with pytest.raises(RuntimeError, match=r"/gradio_api/run/other answered 404: .*no such"):
        call(connection, "other", [])


def test_a_queued_call_waits_for_its_event(connection: HTTPConnection) -> None:
    assert call_queued(connection, "queued", ["complete"]) == [7]


def test_a_queued_call_that_fails_is_an_error(connection: HTTPConnection) -> None:
    with pytest.raises(RuntimeError, match=r"The call of queued ended with 'event: error"):
        call_queued(connection, "queued", ["error"])


def test_a_rush_counts_every_answer(port: int) -> None:
    asked = []
    result = rush(
        port,
        lambda connection: asked.append(call(connection, "echo", [1])),
        callers=4,
        seconds=0.2,
    )
    assert result.answers == len(asked) >= 4
    assert result.seconds >= 0.2
    assert result.own_seconds > 0


def test_a_rush_in_which_a_call_fails_is_no_result(port: int) -> None:
    with pytest.raises(RuntimeError, match=r"A call failed: .*404"):
        rush(port, lambda connection: call(connection, "other", []), callers=2, seconds=0.2)


def test_servers_are_rushed_in_turns(port: int) -> None:
    asked: list[str] = []
    ask = {
        name: lambda at, name=name: asked.append(call(at, "echo", [name])[0]) for name in ("a", "b")
    }
    rushed = rushes({"a": port, "b": port}, ask, callers=1, times=2, seconds=0.05)
    assert {name: len(times) for name, times in rushed.items()} == {"a": 2, "b": 2}
    assert sum(rush.answers for rush in rushed["a"]) == asked.count("a")
    assert (asked[0], asked[-1]) == ("a", "a")  # a b, then b a


def test_a_fresh_connection_and_one_for_many_calls(port: int) -> None:
    asked = []
    assert once(lambda at: call(at, "echo", [5]), port) == [5]
    ask_often(port, lambda at: asked.append(call(at, "echo", [1])), 3)
    assert asked == [[1]] * 3


def test_the_rate_is_answers_a_second() -> None:
    assert Rush(answers=30, seconds=2.0, own_seconds=0.1).rate == 15.0


def test_a_server_that_ends_at_once_is_told_with_its_words() -> None:
    with (
        serving(["-c", NEVER_SERVES]) as server,
        pytest.raises(RuntimeError, match="The server ended: no checkpoint"),
    ):
        first_answer(server, lambda port: connect(port).connect())


def test_a_server_is_waited_for_weighed_and_ended() -> None:
    with serving(["-c", SERVES]) as server:
        assert first_answer(server, lambda port: connect(port).connect()) > 0
        assert memory_mb(server) > 1
    assert server.process.returncode is not None


def test_a_free_port_can_be_listened_on() -> None:
    http.server.HTTPServer(("127.0.0.1", free_port()), _Gradio).server_close()
