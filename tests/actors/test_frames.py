"""The bytes of a consumer's connection become messages, however they are cut."""

from itertools import pairwise

import pika
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pika import frame, spec
from pika.exceptions import AMQPError

from actors.runtime.frames import Frames

LARGEST = 64


def encoded(tag: int, key: str, body: bytes) -> bytes:
    """Return a message as the broker sends it, its body in pieces."""
    about = pika.BasicProperties(content_type="text/plain", headers={"x": tag})
    parts = [body[n : n + LARGEST] for n in range(0, len(body), LARGEST)]
    frames = [
        frame.Method(1, spec.Basic.Deliver("tag", tag, redelivered=True, exchange="", routing_key=key)),
        frame.Header(1, len(body), about),
        *(frame.Body(1, part) for part in parts),
    ]
    return b"".join(one.marshal() for one in frames)


@given(
    bodies=st.lists(st.binary(max_size=4 * LARGEST), min_size=1, max_size=4),
    cuts=st.lists(st.integers(min_value=0, max_value=2_000)),
)
def test_messages_come_whole_and_in_order_however_they_are_cut(bodies: list[bytes], cuts: list[int]) -> None:
    data = b"".join(encoded(n, f"key.{n}", body) for n, body in enumerate(bodies, 1))
    frames = Frames()
    for begin, end in pairwise(sorted({0, *(min(cut, len(data)) for cut in cuts), len(data)})):
        frames.feed(data[begin:end])
    assert [message.body for message in frames.messages] == bodies
    assert [message.method.delivery_tag for message in frames.messages] == list(range(1, len(bodies) + 1))
    assert [message.method.routing_key for message in frames.messages] == [f"key.{n + 1}" for n in range(len(bodies))]
    assert [message.properties.headers for message in frames.messages] == [{"x": n + 1} for n in range(len(bodies))]
    assert all(message.method.redelivered for message in frames.messages)


def test_what_else_the_broker_says_is_told_apart_from_messages() -> None:
    frames = Frames()
    frames.feed(frame.Heartbeat().marshal() + frame.Method(1, spec.Channel.Close(404, "gone", 0, 0)).marshal())
    frames.feed(encoded(1, "key", b"body"))
    (method,) = frames.methods
    assert (type(method), method.reply_code) == (spec.Channel.Close, 404)
    assert [message.body for message in frames.messages] == [b"body"]


def test_a_frame_that_does_not_end_where_it_says_is_objected_to() -> None:
    damaged = bytearray(frame.Body(1, b"body").marshal())
    damaged[-1] = 0
    with pytest.raises(AMQPError, match="does not end"):
        Frames().feed(bytes(damaged))
