// What esbuild is told of an app: where its modules are, and what each of them is.

import { readFile } from "node:fs/promises";
import { isAbsolute, relative } from "node:path";
import { init } from "es-module-lexer";
import { notInstalled } from "../compiler/peers.js";
import { nodeModulesOfTheBrowser } from "../compiler/prebundle.js";
import { Problem, placeOfImport } from "../compiler/problem.js";
import { Barrels, FILE } from "./barrels.js";
import { functionsOf, router } from "./functions.js";
import * as lazy from "./lazy.js";
import { js, loaded, STYLE, value } from "./loaded.js";
import { ENVIRONMENT } from "./module.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {{folder: string, scanned?: Set<string>, styled: boolean, worker: (path: string) => Promise<string>, absent?: Set<string>}} Way how one bundle is made: `scanned` notes packages, and leaves them alone */

/** What the entry of a server is called; a page's entry exports nothing. */
export const SERVER = "fleet:server:";
const FUNCTIONS = `${SERVER}functions/`;
const served = (/** @type {string} */ path) => `export * from ${path};\nexport { default } from ${path};`;
const OURS = "app";
const ASSET =
  /\.(?:png|jpe?g|gif|svg|webp|avif|ico|bmp|woff2?|ttf|otf|eot|mp3|wav|ogg|m4a|flac|mp4|webm|mov|pdf|wasm|txt|glb|gltf)$/i;

/**
 * @param {App} app
 * @param {Way} way
 * @returns {import("esbuild").Plugin[]}
 */
export function plugins(app, way) {
  return [appFiles(app, way), packageFiles(app, way), notInstalled(way.absent ?? new Set()), nodeModulesOfTheBrowser];
}

/**
 * @param {App} app
 * @param {Way} way
 * @returns {import("esbuild").Plugin}
 */
function appFiles(app, way) {
  return {
    name: "app",
    setup({ onStart, onResolve, onLoad, resolve }) {
      onStart(async () => void (await init));
      onResolve({ filter: /^fleet:/ }, ({ path }) => ({ path, namespace: "fleet" }));
      onLoad({ filter: /.*/, namespace: "fleet" }, ({ path }) => {
        if (path === lazy.NAME) return js(lazy.SOURCE);
        if (path === ENVIRONMENT) return value(app.request.env);
        if (path === FUNCTIONS) return js(router(functionsOf(app.names)));
        if (path.startsWith(SERVER)) return js(served(JSON.stringify(`/${path.slice(SERVER.length)}`)));
        return js(`import ${JSON.stringify(`/${path.slice("fleet:".length)}`)};`);
      });
      const wanted = { resolve, way, app };
      const barrels = new Barrels(way.folder, async (spec) => {
        const found = await resolve(spec, { kind: "import-statement", resolveDir: way.folder });
        return found.errors.length || found.namespace !== "file" ? undefined : found.path;
      });
      onResolve({ filter: new RegExp(`^${FILE}`) }, ({ path, kind }) =>
        resolve(`./${path.slice(FILE.length)}`, { kind, resolveDir: way.folder }),
      );
      onResolve({ filter: /.*/, namespace: "fleet" }, (asked) => targetOf(asked, wanted));
      onResolve({ filter: /.*/, namespace: OURS }, (asked) => targetOf(asked, wanted));
      onLoad({ filter: /.*/, namespace: "public" }, ({ path }) => ({
        contents: `export default ${JSON.stringify(path)};`,
      }));
      onLoad({ filter: /.*/, namespace: "idle" }, ({ path }) => js(app.request.idle[path]));
      onLoad({ filter: /.*/, namespace: OURS }, async ({ path }) => {
        try {
          const made = await loaded(path, app, way);
          const isScript = made.loader === "js" && typeof made.contents === "string" && !way.scanned;
          return isScript ? { ...made, contents: await barrels.without(String(made.contents)) } : made;
        } catch (error) {
          if (!(error instanceof Problem)) throw error;
          return { errors: [{ text: error.message, detail: error.report }] };
        }
      });
    },
  };
}

/**
 * @param {import("esbuild").OnResolveArgs} asked
 * @param {{resolve: import("esbuild").PluginBuild["resolve"], way: Way, app: App}} wanted
 * @returns {Promise<import("esbuild").OnResolveResult | undefined>}
 */
async function targetOf({ path, importer, kind }, { resolve, way, app }) {
  if (path.startsWith("virtual:")) {
    if (Object.hasOwn(app.request.idle, path)) return { path, namespace: "idle" };
    return { errors: [wrong(app, importer, path, `${path} is made by a plugin of Vite that is not run here`)] };
  }
  const target = app.resolve(importer, path);
  if (target.kind === "local") return { path: target.path + (target.query && `?${target.query}`), namespace: OURS };
  if (target.kind === "missing") return { errors: [wrong(app, importer, path, target.reason)] };
  if (target.kind === "url")
    return /^(?:https?:|data:|blob:|\/\/)/.test(path)
      ? { path, external: true }
      : { path: target.url, namespace: "public" };
  const [spec, query] = target.spec.split("?");
  if (way.scanned) {
    way.scanned.add(target.spec);
    return { path, external: true };
  }
  const found = await resolve(spec, { kind, resolveDir: way.folder, pluginData: query });
  if (found.errors.length) {
    const reason = found.errors[0].text.replace(/^Could not resolve/, "Cannot find");
    return { errors: [wrong(app, importer, path, reason)] };
  }
  return query && isAbsolute(found.path) ? { path: `${found.path}?${query}`, namespace: "package" } : found;
}

/**
 * @param {App} app
 * @param {string} importer
 * @param {string} spec
 * @param {string} message
 */
function wrong(app, importer, spec, message) {
  const source = app.text(importer in app.request.virtual ? importer : importer.split("?")[0]);
  const { report } = new Problem(message, importer.split("?")[0], source, placeOfImport(source, spec));
  return { text: message, detail: report };
}

/**
 * What packages bring that is no script; and nothing outside of their folder is read.
 * @param {App} app
 * @param {Way} way
 * @returns {import("esbuild").Plugin}
 */
function packageFiles(app, way) {
  return {
    name: "packages",
    setup({ onLoad }) {
      onLoad({ filter: STYLE, namespace: "file" }, ({ path }) => ({
        ...js(way.styled ? `__fleetCss(${app.sheetNumber(`package:${relative(way.folder, path)}`)});` : ""),
      }));
      onLoad({ filter: ASSET, namespace: "file" }, async ({ path }) => value(app.address(path, await readFile(path))));
      onLoad({ filter: /.*/, namespace: "package" }, async ({ path: name }) => {
        const [path, query] = name.split("?");
        const bytes = await readFile(path);
        return value(query.split("&").includes("raw") ? bytes.toString() : app.address(path, bytes, query));
      });
    },
  };
}
