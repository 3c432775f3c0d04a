// The server code of an app as a Worker of one module.

import { hash } from "./assets.js";
import { plugins, SERVER } from "./plugin.js";

/** @typedef {import("./app.js").App} App */

const MAIN = "index.js";

/**
 * @param {App} app
 * @param {import("./plugin.js").Way} way
 * @param {(options: import("esbuild").BuildOptions) => Promise<import("esbuild").BuildResult>} bundle
 */
export async function server(app, way, bundle) {
  const result = await bundle({
    absWorkingDir: way.folder,
    entryPoints: [SERVER + app.request.server],
    outdir: way.folder,
    write: false,
    bundle: true,
    minify: true,
    format: "esm",
    platform: "neutral",
    charset: "utf8",
    target: "es2024",
    mainFields: ["module", "main"],
    conditions: ["workerd", "worker", "module", "production"],
    external: ["cloudflare:*", "node:*"],
    define: { "process.env.NODE_ENV": '"production"', "import.meta.env": JSON.stringify(app.request.env) },
    legalComments: "none",
    logLevel: "silent",
    tsconfigRaw: {},
    plugins: plugins(app, { ...way, styled: false, worker: async () => "" }),
  });
  const bytes = Buffer.from(result.outputFiles?.[0]?.contents ?? "");
  return { main: MAIN, modules: [{ name: MAIN, type: "esm", bytes, sha256: hash(bytes) }] };
}
