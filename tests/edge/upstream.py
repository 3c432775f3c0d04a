"""Real packages, fetched once and kept in the checkout: from then on the tests need no public registry."""

import hashlib
import json
import os
import ssl
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import httpx

from edge.packages.registry import of_npm

_SHORT = {"accept": "application/vnd.npm.install-v1+json"}
_LONG_SECONDS = 60


class Upstream:
    """The registry that FLEET_NPM_REGISTRY names, as it was when it was first asked."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._folder.mkdir(parents=True, exist_ok=True)
        self._url = (os.environ.get("FLEET_NPM_REGISTRY") or of_npm()).rstrip("/") + "/"
        certificates = os.environ.get("FLEET_CA_CERTS") or os.environ.get("NODE_EXTRA_CA_CERTS")
        self._trusted = ssl.create_default_context(cafile=certificates)

    def answer(self, path: str, here: str) -> tuple[int, bytes]:
        """Answer as the registry did, with its tarballs here."""
        kept = self._folder / hashlib.sha256(path.encode()).hexdigest()
        if not kept.exists():
            status, body = self._fetch(path)
            if status != httpx.codes.OK:
                return status, body
            unfinished = kept.with_suffix(f".{uuid.uuid4().hex}")
            unfinished.write_bytes(body)
            unfinished.rename(kept)
        body = kept.read_bytes()
        return 200, body if path.endswith(".tgz") else _moved(json.loads(body), here)

    def _fetch(self, path: str) -> tuple[int, bytes]:
        wanted = path[1:] if path.endswith(".tgz") else quote(path[1:], safe="@")
        headers = {} if path.endswith(".tgz") else _SHORT
        try:
            answer = httpx.get(
                self._url + wanted, headers=headers, verify=self._trusted, timeout=_LONG_SECONDS, follow_redirects=True
            )
        except httpx.HTTPError:
            return 503, b"{}"
        return answer.status_code, answer.content


def _moved(packument: dict[str, Any], here: str) -> bytes:
    """Say that the tarballs are here."""
    for version in packument["versions"].values():
        path = urlsplit(version["dist"]["tarball"]).path
        version["dist"]["tarball"] = here + path[path.index(packument["name"].split("/")[0]) :]
    return json.dumps(packument).encode()
