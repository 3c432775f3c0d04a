"""Modules that a plugin of Vite makes of nothing: what those are in a preview that have nothing to do there. Pure."""

from urllib.parse import quote

PREFIX = "virtual:"
#: vite-plugin-pwa registers no service worker while an app is written, unless it is told to.
_IDLE = {
    "virtual:pwa-register": "export const registerSW = () => async () => {};",
    "virtual:pwa-register/react": (
        "const never = () => [false, () => {}];"
        "export const useRegisterSW = () => "
        "({ needRefresh: never(), offlineReady: never(), updateServiceWorker: async () => {} });"
    ),
    "virtual:pwa-info": "export const pwaInfo = undefined;",
}


def modules() -> dict[str, str]:
    """Return all of those, as scripts."""
    return dict(_IDLE)


def address(specifier: str) -> str | None:
    """Return where the browser finds such a module, if a preview can do without its plugin."""
    text = _IDLE.get(specifier)
    return text and f"data:text/javascript,{quote(text)}"
