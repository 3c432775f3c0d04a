"""A door before the broker, with TLS if wanted, that a test can hold shut without closing it."""

import datetime as dt
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_CHUNK = 16 * 1024


class Gate:
    """Passes one connection's bytes on, as long as it is not shut."""

    def __init__(self, inner: tuple[str, int], certificate: Path | None) -> None:
        self._inner, self._ends = inner, list[socket.socket]()
        self._context = None
        if certificate is not None:
            self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._context.load_cert_chain(certificate)
        self._door = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._door.getsockname()[1]}"
        self.shut = threading.Event()
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        for end in (self._door, *self._ends):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _serve(self) -> None:
        with suppress(OSError):
            outside, _address = self._door.accept()
            if self._context is not None:
                outside = self._context.wrap_socket(outside, server_side=True)
            inside = socket.create_connection(self._inner)
            self._ends += [outside, inside]
            threading.Thread(target=self._pass, args=(outside, inside), daemon=True).start()
            self._pass(inside, outside)

    def _pass(self, here: socket.socket, there: socket.socket) -> None:
        with suppress(OSError):
            while data := here.recv(_CHUNK):
                if not self.shut.is_set():
                    there.sendall(data)


@contextmanager
def gate(inner: tuple[str, int], certificate: Path | None = None) -> Iterator[Gate]:
    """Lend a gate."""
    lent = Gate(inner, certificate)
    try:
        yield lent
    finally:
        lent.close()


def certified(folder: Path) -> Path:
    """Write a key and a certificate that it has signed itself."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "gate")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + dt.timedelta(1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("gate")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    written = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    path = folder / "gate.pem"
    path.write_bytes(written + certificate.public_bytes(serialization.Encoding.PEM))
    return path
