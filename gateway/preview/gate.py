"""Who comes in: what an app's setting says, what a visitor has to show for it, and whose pages may frame the answer."""

from dataclasses import dataclass

from starlette.responses import Response

from contracts.app import app_id_flaw
from edge.memory import Memory
from gateway.history import PostgresHistory
from gateway.preview import document
from gateway.preview.passes import Passes
from gateway.preview.visitor import Visitor
from sql import pages
from sql.pages import Access

_SETTINGS = 2_000
#: For answers that are one for all apps, be there such an app or not: they follow no setting, for it would tell.
NOBODY = "frame-ancestors 'none'"
#: No other site's page may run, show or measure what is for those alone who may look; an app on the same zone is one.
LOADED_BY, ALONE = "cross-origin-resource-policy", "same-origin"


@dataclass(frozen=True, slots=True)
class Admitted:
    """A visitor who may look, until when, and as what setting."""

    until: float
    access: Access | None

    def mark(self, response: Response) -> Response:
        """Let an answer say who may frame it, and who may load it."""
        if self.access is None or self.access.private:
            response.headers[LOADED_BY] = ALONE
        return framed(response, _policy(self.access))


class Gate:
    """Looks each time: a setting holds from the moment it is made."""

    def __init__(self, history: PostgresHistory, passes: Passes) -> None:
        self._history, self._passes = history, passes
        self._seen: Memory[str, Access] = Memory(_SETTINGS)

    async def admit(self, who: Visitor) -> Admitted | None:
        """Let a visitor in who may look at the app."""
        if app_id_flaw(who.app_id):
            return None
        access = await self._access(who.app_id)
        until = who.until(access, self._passes)
        return None if until is None else Admitted(until, access)

    async def policy(self, app_id: str) -> str:
        """Return whose pages may frame an app, to be told to somebody who was let in once."""
        return _policy(await self._access(app_id))

    def remembered(self, who: Visitor) -> str:
        """Return the same while nobody can be asked, for whom the setting that was seen last lets in."""
        access = self._seen.get(who.app_id)
        return NOBODY if access is None or who.until(access, self._passes) is None else _policy(access)

    async def _access(self, app_id: str) -> Access | None:
        async with self._history.connection() as tx:
            access = await pages.access(tx, app_id)
        return access and self._seen.put(app_id, access)


def framed(response: Response, policy: str) -> Response:
    """Add to what an answer says of itself whose pages may frame it."""
    own = response.headers.get("content-security-policy")
    response.headers["content-security-policy"] = f"{own}; {policy}" if own else policy
    return response


def _policy(access: Access | None) -> str:
    return document.frame_policy(access.frame_ancestors if access else ())
