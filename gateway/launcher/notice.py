"""Hears a server say that it is ready, the way systemd does."""

import shutil
import socket
import tempfile
from pathlib import Path


class Notice:
    """A socket to be named in NOTIFY_SOCKET; it stays until the server has also said that it stops."""

    def __init__(self) -> None:
        # A short folder of its own: the path of a socket may have 107 characters.
        self.path = Path(tempfile.mkdtemp(prefix="fleet-")) / "notify"
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(self.path))
        self._socket.settimeout(0.1)

    def ready(self) -> bool:
        """Wait for a moment; tell whether the server has said that it is ready."""
        try:
            return b"READY=1" in self._socket.recv(4096)
        except TimeoutError:
            return False

    def close(self) -> None:
        """Stop listening."""
        self._socket.close()
        shutil.rmtree(self.path.parent, ignore_errors=True)
