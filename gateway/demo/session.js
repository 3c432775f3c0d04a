// Who looks, and at which app. Kept in this tab alone: no cookie, and no address that a history or a log would keep.

/** @typedef {{token: string, app: string}} Session */

/**
 * The session of this tab; a link hands a token over behind its #, which no server is sent.
 * @returns {Session | null}
 */
export function current() {
  const handed = new URLSearchParams(location.hash.slice(1)).get("token");
  const asked = new URLSearchParams(location.search).get("app");
  if (handed) {
    keep({ token: handed, app: asked ?? appOf(handed) });
    history.replaceState(null, "", location.pathname + location.search);
  }
  const token = sessionStorage.getItem("token");
  const app = asked ?? sessionStorage.getItem("app");
  return token && app ? { token, app } : null;
}

/** @param {Session} session */
export function keep({ token, app }) {
  sessionStorage.setItem("token", token);
  sessionStorage.setItem("app", app);
}

export function forget() {
  sessionStorage.removeItem("token");
}

/** The one app that a token is for; the gateway is who checks it. @param {string} token */
export function appOf(token) {
  try {
    const claims = JSON.parse(atob(token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/")));
    const first = claims.apps[0];
    return typeof first === "string" && first !== "*" ? first : "";
  } catch {
    return "";
  }
}
