// How esbuild is asked, and what it finds wrong in words for whoever wrote the app.

import { join } from "node:path";
import { build } from "esbuild";
import { notInstalled, optionalOnes } from "../compiler/peers.js";
import { Problem } from "../compiler/problem.js";
import { plugins } from "./plugin.js";
import { within } from "./within.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {import("./plugin.js").Way} Way */

const VUE = {
  __VUE_OPTIONS_API__: "true",
  __VUE_PROD_DEVTOOLS__: "false",
  __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: "false",
};

/**
 * How the scripts of an app are bundled.
 * @param {App} app
 * @param {Way} way
 * @returns {import("esbuild").BuildOptions}
 */
export function optionsFor(app, way) {
  const { request } = app;
  const env = Object.entries(request.env).map(([name, value]) => [`import.meta.env.${name}`, JSON.stringify(value)]);
  return {
    absWorkingDir: way.folder,
    outdir: join(way.folder, "assets"),
    write: false,
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    charset: "utf8",
    target: request.target,
    entryNames: "[name]-[hash]",
    chunkNames: "[name]-[hash]",
    conditions: ["module", "production"],
    define: {
      "process.env.NODE_ENV": '"production"',
      global: "globalThis",
      "import.meta.hot": "undefined",
      ...VUE,
      ...request.define,
      ...Object.fromEntries(env.filter(([name]) => /^[\w.$]+$/.test(name))),
    },
    legalComments: "none",
    logLevel: "silent",
    tsconfigRaw: {}, // not that of some folder above
    plugins: plugins(app, way),
  };
}

/**
 * Optional packages that are not there are done without.
 * @param {App} app
 * @param {import("esbuild").BuildOptions} options
 * @param {Set<string>} absent
 * @returns {Promise<import("esbuild").BuildResult>}
 */
export async function bundle(app, options, absent = new Set()) {
  try {
    return within(await build({ ...options, metafile: true }));
  } catch (error) {
    const { errors } = /** @type {import("esbuild").BuildFailure} */ (error);
    const first = errors?.[0];
    if (!first) throw error;
    if (first.detail instanceof Error) throw first.detail; // ours
    if (first.detail?.frame !== undefined)
      throw Object.assign(new Problem(first.text, "", ""), { report: first.detail });
    const optional = await optionalOnes(options.absWorkingDir ?? "", error);
    if (optional.some((spec) => !absent.has(spec))) {
      const all = new Set([...absent, ...optional]);
      return bundle(
        app,
        {
          ...options,
          plugins: [...(options.plugins ?? []).slice(0, 2), notInstalled(all), ...(options.plugins ?? []).slice(3)],
        },
        all,
      );
    }
    const file = first.location?.file.replace(/^app:/, "") ?? "package.json";
    throw new Problem(
      first.text,
      file,
      app.files.has(file) ? app.text(file) : "",
      first.location ? { line: first.location.line, column: first.location.column + 1 } : undefined,
    );
  }
}
