// Whether an origin is on a list written as in `frame-ancestors`.

/**
 * @param {string} origin
 * @param {string[]} list `'self'`, `*`, `https:`, `https://editor.example`, `https://*.example`, `example`
 * @param {string} own
 */
export function allowed(origin, list, own) {
  return list.some((pattern) => {
    if (pattern === "'self'") return origin === own;
    return matches(origin, pattern, own);
  });
}

/** @param {string} origin @param {string} pattern @param {string} own */
function matches(origin, pattern, own) {
  if (!URL.canParse(origin)) return false;
  const url = new URL(origin);
  if (!/^https?:$/.test(url.protocol)) return false;
  if (pattern === "*") return true;
  const [, scheme, host = "", port] = /^(?:([a-z]+):)?(?:\/\/)?([^:/]*)(?::(\d+|\*))?\/?$/i.exec(pattern) ?? [];
  if (scheme ? url.protocol !== `${scheme.toLowerCase()}:` : !host || !isAsSafe(url.protocol, own)) return false;
  if (!host) return true;
  const standard = url.protocol === "https:" ? "443" : "80";
  if (port !== "*" && (url.port || standard) !== (port ?? standard)) return false;
  const wanted = host.toLowerCase();
  return wanted.startsWith("*.") ? url.hostname.endsWith(wanted.slice(1)) : url.hostname === wanted;
}

/** A pattern without a scheme means the page's own, or https. @param {string} protocol @param {string} own */
const isAsSafe = (protocol, own) => protocol === "https:" || protocol === new URL(own).protocol;
