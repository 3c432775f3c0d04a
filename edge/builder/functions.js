// A folder of functions as one Worker: each file answers under its own path, as on Cloudflare Pages.

/** @typedef {{path: string, pattern: string, names: string[], middleware: boolean, rank: number[]}} Route */

const SCRIPT = /^functions\/(.*)\.(?:[cm]?[jt]sx?)$/;
const TESTS = /\.(?:test|spec|d)$/;

/** @param {string[]} files */
export const functionsOf = (files) =>
  files.filter((path) => SCRIPT.test(path) && !TESTS.test(SCRIPT.exec(path)?.[1] ?? ""));

/**
 * The script of the Worker.
 * @param {string[]} files those of the folder
 */
export function router(files) {
  const routes = files.map(routeOf).sort(before);
  const imports = routes.map(({ path }, at) => `import * as f${at} from ${JSON.stringify(`/${path}`)};`);
  const table = routes.map(
    ({ pattern, names, middleware }, at) =>
      `{ at: new RegExp(${JSON.stringify(pattern)}), names: ${JSON.stringify(names)}, between: ${middleware}, module: f${at} }`,
  );
  return `${imports.join("\n")}\nconst routes = [${table.join(",\n")}];\n${RUNTIME}`;
}

/**
 * @param {string} path
 * @returns {Route}
 */
function routeOf(path) {
  const [, name = ""] = SCRIPT.exec(path) ?? [];
  const parts = name.split("/");
  const middleware = parts.at(-1) === "_middleware";
  if (middleware || parts.at(-1) === "index") parts.pop();
  /** @type {string[]} */
  const names = [];
  const pattern = parts.map((part) => {
    const [, many, one] = /^\[\[(.+)\]\]$|^\[(.+)\]$/.exec(part) ?? [];
    if (!many && !one) return `/${part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}`;
    names.push(many ? `...${many}` : one);
    return many ? "(?:/(.*))?" : "/([^/]+)";
  });
  const end = middleware ? "(?:/.*)?" : "/?";
  const rank = parts.map((part) => (part.startsWith("[[") ? 2 : part.startsWith("[") ? 1 : 0));
  return { path, pattern: `^${pattern.join("")}${end}$`, names, middleware, rank };
}

/**
 * What lies between comes first, from the outside in; then what says most of its path.
 * @param {Route} one
 * @param {Route} other
 */
function before(one, other) {
  if (one.middleware !== other.middleware) return one.middleware ? -1 : 1;
  if (one.middleware) return one.rank.length - other.rank.length;
  for (let at = 0; at < Math.max(one.rank.length, other.rank.length); at++) {
    const difference = (one.rank[at] ?? -1) - (other.rank[at] ?? -1);
    if (difference) return difference;
  }
  return one.path < other.path ? -1 : 1;
}

/** What finds who answers a request, and lets each hand it on to the next. */
const RUNTIME = `
const handlerOf = (module, method) => module["onRequest" + method[0] + method.slice(1).toLowerCase()] ?? module.onRequest;
const paramsOf = (route, match) =>
  Object.fromEntries(
    route.names.map((name, at) => {
      const text = match[at + 1];
      if (!name.startsWith("...")) return [name, decodeURIComponent(text)];
      return [name.slice(3), text ? text.split("/").map(decodeURIComponent) : []];
    }),
  );
export default {
  async fetch(request, env, context) {
    const { pathname } = new URL(request.url);
    const found = routes.flatMap((route) => {
      const match = route.at.exec(pathname);
      const handlers = match && handlerOf(route.module, request.method);
      return handlers ? [handlers].flat().map((handle) => ({ route, handle, params: paramsOf(route, match) })) : [];
    });
    const first = found.findIndex(({ route }) => !route.between);
    const last = found.findLastIndex(({ route }) => first >= 0 && route === found[first].route);
    const chain = found.filter(({ route }, at) => route.between || (at >= first && at <= last));
    const data = {};
    const call = async (at, asked) => {
      const one = chain[at];
      if (!one) return env.ASSETS ? env.ASSETS.fetch(asked) : new Response("Not found", { status: 404 });
      return one.handle({
        request: asked,
        env,
        params: one.params,
        data,
        functionPath: pathname,
        waitUntil: (promise) => context.waitUntil(promise),
        passThroughOnException: () => context.passThroughOnException?.(),
        next: (input, init) => call(at + 1, input === undefined ? asked : new Request(input, init)),
      });
    };
    return call(0, request);
  },
};
`;
