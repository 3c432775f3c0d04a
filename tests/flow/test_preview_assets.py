"""Images, sound and other files of an app, through the edge into a real browser."""

import base64
import io
import wave

import httpx
import pytest
from playwright.sync_api import expect

from tests.flow.previewed import Previewed

SECONDS = 4


def tone() -> bytes:
    """Return a sound that is long enough to be sought in."""
    kept = io.BytesIO()
    with wave.open(kept, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(44_100)
        sound.writeframes(b"\0\x10" * 44_100 * SECONDS)
    return kept.getvalue()


@pytest.fixture
def sounding(app: Previewed) -> Previewed:
    """An app with a sound in public/, for everybody."""
    sound = base64.b64encode(tone()).decode()
    app.change({"path": "public/tone.wav", "content_base64": sound})
    app.replace("src/App.tsx", "<Tasks />", '<Tasks /><audio src="/tone.wav" preload="metadata" />')
    page = app.open()
    expect(page.locator("audio")).to_have_count(1)
    assert app.ask("PUT", "/preview", json={"private": False}).status_code == 200
    return app


def test_a_sound_can_be_sought_in(sounding: Previewed) -> None:
    page = sounding.context.pages[-1]
    assert page.evaluate(SOUGHT) == [SECONDS, SECONDS - 1]
    assert not [line for line in sounding.console if line.startswith("error")]


def test_an_image_that_is_not_there_is_broken_and_no_error_of_the_console(app: Previewed) -> None:
    app.replace("src/App.tsx", "<Tasks />", '<Tasks /><img src="/nowhere.svg" />')
    page = app.open()
    image = page.locator("img[src='/nowhere.svg']")
    assert image.evaluate("(one) => one.decode().catch((error) => error.name)") == "EncodingError"
    assert not [line for line in app.console if line.startswith("error")]
    assert page.evaluate("fetch('/nowhere.svg').then((answer) => answer.status)") == 404


#: Where the sound ends, and where it is after it was asked to go near its end.
SOUGHT = """new Promise((done) => {
  const audio = document.querySelector("audio");
  const seek = () => {
    audio.onseeked = () => done([audio.duration, audio.currentTime]);
    audio.currentTime = audio.duration - 1;
  };
  audio.readyState ? seek() : (audio.onloadedmetadata = seek);
})"""


def test_a_piece_or_nothing_comes_through_the_edge(sounding: Previewed) -> None:
    whole = sounding.stranger("tone.wav")
    assert (whole.status_code, whole.content) == (200, tone())
    assert (whole.headers["content-type"], whole.headers["accept-ranges"]) == ("audio/wav", "bytes")
    piece = sounding.stranger("tone.wav", range="bytes=100-199")
    assert (piece.status_code, piece.content) == (206, tone()[100:200])
    assert piece.headers["content-range"] == f"bytes 100-199/{len(tone())}"
    again = sounding.stranger("tone.wav", if_none_match=whole.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")
    beyond = sounding.stranger("tone.wav", range="bytes=99999999-")
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{len(tone())}")
    newer = sounding.stranger("tone.wav", range="bytes=0-9", if_range='"older"')
    assert len(newer.content) == len(tone())
    host = f"preview-{sounding.app_id}.localhost"
    head = httpx.head(f"http://{sounding.settings['FLEET_EDGE_HTTP']}/tone.wav", headers={"host": host})
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(tone()))
