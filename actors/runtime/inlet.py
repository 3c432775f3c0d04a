"""An AMQP connection that only consumes, from one queue, for the one thread that asks for the next message."""

import select
import socket
import ssl
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pika
from pika import frame, spec
from pika.exceptions import AMQPError

from actors.runtime.frames import Frames, Message

_PATIENCE = 10.0
_SHORT_REST = 0.01
_CHUNK = 64 * 1024
_CHANNEL = 1
_ABLE = {"consumer_cancel_notify": True, "authentication_failure_close": True}


class Lost(Exception):
    """The connection, the channel or the queue is gone."""


class Inlet:
    """One connection, one channel, one consumer. Only `call_soon` and `hurry` may be called from another thread."""

    def __init__(self, parameters: pika.ConnectionParameters, queue: str, *, prefetch: int, rest: float) -> None:
        self.open, self._asking = True, True
        self._rest, self._heartbeat = rest, 0
        self._frames = Frames()
        self._steps: deque[Callable[[], None]] = deque()
        self._heard = self._spoke = time.monotonic()
        try:
            self._socket = _dial(parameters)
        except OSError as error:
            raise Lost(f"{queue}: {error!r}") from None
        self._bell, self._ringer = socket.socketpair()
        self._ringer.setblocking(False)
        try:
            self._poll = select.poll()
            self._poll.register(self._socket, select.POLLIN)
            self._poll.register(self._bell, select.POLLIN)
            self._greet(parameters)
            self._ask(spec.Channel.Open(), spec.Channel.OpenOk, _CHANNEL)
            self._ask(spec.Basic.Qos(prefetch_count=prefetch), spec.Basic.QosOk, _CHANNEL)
            self._ask(spec.Basic.Consume(queue=queue), spec.Basic.ConsumeOk, _CHANNEL)
        except (OSError, AMQPError, Lost) as error:
            self._drop()
            raise Lost(f"{queue}: {error!r}") from None
        self._asking = False

    def next(self) -> Message | None:
        """Wait for the next message; return nothing after a rest, so that the caller can look around."""
        while not self._frames.messages:
            if not self._turn(self._rest):
                return None
        return self._frames.messages.popleft()

    def call_soon(self, step: Callable[[], None]) -> None:
        """Have the reading thread do something."""
        self._steps.append(step)
        with suppress(OSError):  # it rings already, or nobody is there any more
            self._ringer.send(b"!")

    def hurry(self) -> None:
        """Let the caller of `next` look around often from now on: it is about to be told to leave."""
        self._rest = _SHORT_REST
        self.call_soon(lambda: None)

    def send(self, methods: list[Any], channel: int = _CHANNEL) -> None:
        """Tell the broker something, in one piece."""
        self._write(b"".join(frame.Method(channel, method).marshal() for method in methods))

    def close(self) -> None:
        """Do what was asked for, and hang up in good order where the broker still listens."""
        with suppress(OSError, AMQPError, Lost):
            if self.open:
                self._run_steps()
                self._asking = True
                self._ask(spec.Connection.Close(200, "", 0, 0), spec.Connection.CloseOk, 0)
        self._drop()

    def _turn(self, seconds: float) -> bool:
        """Take in what there is; return whether there was anything."""
        try:
            ready = self._poll.poll(seconds * 1000)
            for descriptor, _event in ready:
                if descriptor == self._bell.fileno():
                    self._bell.recv(_CHUNK)
                    self._run_steps()
                else:
                    self._read()
            self._keep_alive()
        except (OSError, AMQPError) as error:
            self.open = False
            raise Lost(repr(error)) from None
        return bool(ready)

    def _read(self) -> None:
        more = True
        while more:
            data = self._socket.recv(_CHUNK)
            if not data:
                raise ConnectionResetError("the broker hung up")
            self._frames.feed(data)
            more = isinstance(self._socket, ssl.SSLSocket) and self._socket.pending() > 0
        self._heard = time.monotonic()
        if self._frames.methods and not self._asking:
            self._object(self._frames.methods.popleft())

    def _object(self, method: Any) -> None:
        """End where the broker ends the connection, the channel or the consumer: it says nothing else unasked."""
        self.open = False
        self._frames.messages.clear()  # they are no longer ours, and come again to somebody
        raise Lost(f"{method!r}")

    def _greet(self, parameters: pika.ConnectionParameters) -> None:
        self._write(frame.ProtocolHeader().marshal())
        mechanism, response = parameters.credentials.response_for(self._hear(spec.Connection.Start))
        about = {"product": "fleet", "capabilities": _ABLE, **(parameters.client_properties or {})}
        tune = self._ask(spec.Connection.StartOk(about, mechanism, response), spec.Connection.Tune, 0)
        beat = tune.heartbeat if parameters.heartbeat is None else int(parameters.heartbeat)
        self.send([spec.Connection.TuneOk(tune.channel_max, tune.frame_max, beat)], 0)
        self._ask(spec.Connection.Open(parameters.virtual_host), spec.Connection.OpenOk, 0)
        self._heartbeat = beat

    def _ask(self, question: Any, answer: type[Any], channel: int) -> Any:
        self.send([question], channel)
        return self._hear(answer)

    def _hear(self, answer: type[Any]) -> Any:
        """Wait for what must come now."""
        deadline = time.monotonic() + _PATIENCE
        while not self._frames.methods:
            if not self._turn(max(0, deadline - time.monotonic())):
                raise TimeoutError("the broker does not answer")
        method = self._frames.methods.popleft()
        if not isinstance(method, answer):
            self._object(method)
        return method

    def _drop(self) -> None:
        self.open = False
        for end in (self._socket, self._bell, self._ringer):
            end.close()

    def _write(self, data: bytes) -> None:
        self._socket.sendall(data)
        self._spoke = time.monotonic()

    def _run_steps(self) -> None:
        for _ in range(len(self._steps)):
            self._steps.popleft()()

    def _keep_alive(self) -> None:
        """Beat twice as often as was agreed upon, and give up a broker that has missed two beats."""
        now = time.monotonic()
        if self._heartbeat and now - self._spoke > self._heartbeat / 2:
            self._write(frame.Heartbeat().marshal())
        if self._heartbeat and now - self._heard > self._heartbeat * 2:
            raise TimeoutError("the broker is silent")


def _dial(parameters: pika.ConnectionParameters) -> socket.socket:
    plug = socket.create_connection((parameters.host, parameters.port), parameters.socket_timeout or _PATIENCE)
    plug.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    safe = parameters.ssl_options
    return plug if safe is None else safe.context.wrap_socket(plug, server_hostname=safe.server_hostname)
