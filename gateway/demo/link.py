"""The link that opens the demo page: its token stands behind the #, where no server and no log sees it. Pure."""

from gateway import tokens

#: The app that the story is played into; whoever has the link may write it, and no other.
APP_ID = "story"
_SECONDS = 12 * 3600


def link(gateway: str, secret: str) -> str:
    """Return where to watch, and play; good for half a day."""
    token = tokens.mint(secret, role="publisher", apps=(APP_ID,), ttl=_SECONDS)
    return f"{gateway}/demo?app={APP_ID}#token={token}"
