/**
 * Whose host a request came to: pure, and the only place that knows how hosts are named.
 *
 * @typedef {"landing" | "preview" | "staging" | "production" | "pr" | "none"} Kind
 * @typedef {{kind: Kind, app: string, script: string, zone: string, rest: string, moved: boolean}} Route
 */

const APP = /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/;
const NOT_AN_APP = /^(?:preview|staging|pr|xn-)-|--/;
const PULL_REQUEST = /^pr-([1-9][0-9]{0,8})-(.+)$/;
const DOMAIN = /^(?=.{1,253}$)[a-z0-9-]+(?:\.[a-z0-9-]+)+$/;
const BY_PATH = /^\/app\/([^/]+)(\/.*)?$/;

/**
 * Return the zones that an operator wrote down, as hosts are compared.
 *
 * @param {string} text separated by commas
 * @returns {string[]}
 */
export function zonesOf(text) {
  return text
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(Boolean);
}

/**
 * Return where a request belongs. On a bare zone, `/app/{name}/…` names a host by path: `moved` says
 * that the visitor has to be sent there, so that every app keeps an origin of its own.
 *
 * @param {string} host as the client wrote it, perhaps with a port
 * @param {string} path
 * @param {readonly string[]} zones
 * @returns {Route}
 */
export function route(host, path, zones) {
  const name = host.toLowerCase().replace(/:\d*$/, "").replace(/\.$/, "");
  const zone = zoneOf(name, zones);
  if (zone === undefined) return nowhere("");
  const label = name.slice(0, -zone.length - 1);
  if (label !== "" && label !== "www") return { ...named(label, zone), rest: path };
  const byPath = BY_PATH.exec(path);
  if (byPath) {
    const there = named((byPath[1] ?? "").toLowerCase(), zone);
    return { ...there, rest: byPath[2] ?? "/", moved: there.kind !== "none" };
  }
  return path === "/" ? { ...nowhere(zone), kind: "landing", rest: path } : nowhere(zone);
}

/**
 * Return whose a host is that is in no zone, as the app that brought it along has said.
 *
 * @param {string} host
 * @param {string} path
 * @param {{fetch(input: string): Promise<Response>}} domains
 * @returns {Promise<Route>}
 */
export async function domain(host, path, domains) {
  const name = host.replace(/\.$/, "");
  const answer = DOMAIN.test(name) ? await domains.fetch(`http://domains/${name}.json`) : undefined;
  if (!answer?.ok) return nowhere("");
  const { app, environment } = /** @type {{app: string, environment: Kind}} */ (await answer.json());
  return { ...checked(environment, app, app, name), rest: path };
}

/**
 * Return the host label under which an app is reached.
 *
 * @param {Route} to
 * @returns {string}
 */
export function label(to) {
  if (to.kind === "production") return to.app;
  return to.kind === "pr" ? to.script.replace(/^(.+)--pr-(\d+)$/, "pr-$2-$1") : `${to.kind}-${to.app}`;
}

/**
 * @param {string} name
 * @param {readonly string[]} zones
 */
function zoneOf(name, zones) {
  const fitting = zones.filter((zone) => name === zone || name.endsWith(`.${zone}`));
  return fitting.sort((one, other) => other.length - one.length)[0];
}

/**
 * A pull request's script is a version of the app's: no app's own name contains `--`.
 *
 * @param {string} hostLabel
 * @param {string} zone
 * @returns {Route}
 */
function named(hostLabel, zone) {
  const pull = PULL_REQUEST.exec(hostLabel);
  if (pull?.[2]) return checked("pr", pull[2], `${pull[2]}--pr-${pull[1]}`, zone);
  for (const kind of /** @type {const} */ (["preview", "staging"])) {
    const app = hostLabel.slice(kind.length + 1);
    if (hostLabel.startsWith(`${kind}-`)) return checked(kind, app, app, zone);
  }
  return checked("production", hostLabel, hostLabel, zone);
}

/**
 * @param {Kind} kind
 * @param {string} app
 * @param {string} script
 * @param {string} zone
 * @returns {Route}
 */
function checked(kind, app, script, zone) {
  if (!APP.test(app) || NOT_AN_APP.test(app)) return nowhere(zone);
  return { kind, app, script, zone, rest: "/", moved: false };
}

/**
 * @param {string} zone
 * @returns {Route}
 */
function nowhere(zone) {
  return { kind: "none", app: "", script: "", zone, rest: "/", moved: false };
}
