// The dependencies of an app as files that any page can load: one split build, named by content.

import { mkdir, realpath, writeFile } from "node:fs/promises";
import { builtinModules } from "node:module";
import { basename, isAbsolute, relative } from "node:path";
import { build } from "esbuild";
import { notInstalled, optionalOnes } from "./peers.js";
import { Problem } from "./problem.js";

/** @typedef {{file: string | null, cjs: boolean, exports: string[] | null, css: string[], chunks: string[]}} Dependency */

const BUILTINS = new RegExp(`^(?:node:.*|(?:${builtinModules.join("|")}))$`);

/**
 * @param {{root: string, specs: string[], out: string}} request the folder of node_modules, what is asked of it, where to
 */
export async function prebundle({ root, specs, out }) {
  const folder = await realpath(root);
  const names = new Map(specs.map((spec, index) => [nameOf(spec, index), spec]));
  const result = await bundle(folder, names, out);
  await mkdir(out, { recursive: true });
  await Promise.all(result.outputFiles.map((file) => writeFile(file.path, file.contents)));
  return {
    specs: describe(result.metafile, names),
    files: result.outputFiles.map((file) => relative(out, file.path)).sort(),
  };
}

/**
 * @param {string} folder
 * @param {Map<string, string>} names
 * @param {string} out
 * @param {Set<string>} absent what is bundled as a module that says that it is not installed
 * @returns {Promise<import("esbuild").BuildResult<{write: false, metafile: true}>>}
 */
async function bundle(folder, names, out, absent = new Set()) {
  try {
    return await build({
      absWorkingDir: folder,
      entryPoints: Object.fromEntries(names),
      outdir: out,
      write: false,
      metafile: true,
      bundle: true,
      splitting: true,
      format: "esm",
      platform: "browser",
      target: "es2022",
      entryNames: "[name]-[hash]",
      chunkNames: "chunk-[hash]",
      assetNames: "[name]-[hash]",
      define: { "process.env.NODE_ENV": '"development"', global: "globalThis", ...VUE },
      loader: Object.fromEntries(ASSETS.map((ending) => [ending, /** @type {const} */ ("file")])),
      legalComments: "none",
      minifyWhitespace: true, // pages read less; what names things stays
      logLevel: "silent",
      tsconfigRaw: {}, // not that of some folder above
      plugins: [staysWithin(folder), notInstalled(absent), nodeModulesOfTheBrowser],
    });
  } catch (error) {
    const optional = await optionalOnes(folder, error);
    if (optional.some((spec) => !absent.has(spec)))
      return bundle(folder, names, out, new Set([...absent, ...optional]));
    const first = /** @type {import("esbuild").BuildFailure} */ (error).errors?.[0];
    if (!first) throw error;
    throw new Problem(first.text, first.location?.file ?? "package.json", first.location?.lineText ?? "");
  }
}

/** What Vue's plugin says to it; else it warns of every page that nobody did. */
const VUE = {
  __VUE_OPTIONS_API__: "true",
  __VUE_PROD_DEVTOOLS__: "false",
  __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: "false",
};
const ASSETS = [".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".avif", ".woff", ".woff2", ".ttf", ".eot", ".wasm"];

/**
 * A name for the file of a specifier, told apart where two would read the same.
 * @param {string} spec
 * @param {number} index
 */
function nameOf(spec, index) {
  return `${index}-${spec.replace(/[^a-zA-Z0-9-]+/g, "_").replace(/^_|_$/g, "")}`;
}

/**
 * Nothing outside is read: what a parser says of a file would quote it. (Links were followed before we are asked.)
 * @param {string} folder
 * @returns {import("esbuild").Plugin}
 */
const staysWithin = (folder) => ({
  name: "stays-within",
  setup({ onLoad }) {
    onLoad({ filter: /.*/, namespace: "file" }, ({ path }) => {
      const way = relative(folder, path);
      if (!way.startsWith("..") && !isAbsolute(way)) return undefined;
      return { errors: [{ text: `A package reaches outside of its folder: ${basename(path)}` }] };
    });
  },
});

/**
 * @param {import("esbuild").Metafile} metafile
 * @param {Map<string, string>} names
 */
function describe({ inputs, outputs }, names) {
  /** @type {Record<string, Dependency>} */
  const specs = {};
  for (const [path, output] of Object.entries(outputs)) {
    if (!output.entryPoint) continue;
    const file = basename(path);
    const spec = names.get(file.replace(/-[A-Z0-9]{8}\.(js|css)$/, ""));
    if (spec === undefined) continue;
    const cjs = inputs[output.entryPoint]?.format === "cjs";
    specs[spec] = file.endsWith(".css")
      ? { file: null, cjs: false, exports: [], css: [file], chunks: [] }
      : {
          file,
          cjs,
          exports: cjs ? null : output.exports,
          css: output.cssBundle ? [basename(output.cssBundle)] : [],
          chunks: [...chunksOf(path, outputs)].map((one) => basename(one)).sort(),
        };
  }
  return specs;
}

/**
 * What a file imports as soon as it is imported, directly or not.
 * @param {string} path
 * @param {import("esbuild").Metafile["outputs"]} outputs
 * @param {Set<string>} found
 */
function chunksOf(path, outputs, found = new Set()) {
  for (const { path: chunk, kind } of outputs[path].imports) {
    if (kind !== "import-statement" || found.has(chunk) || !(chunk in outputs)) continue;
    chunksOf(chunk, outputs, found.add(chunk));
  }
  return found;
}

/**
 * Node's own modules do not exist in a browser: a package of that name, or nothing.
 * @type {import("esbuild").Plugin}
 */
export const nodeModulesOfTheBrowser = {
  name: "node-modules-of-the-browser",
  setup({ onResolve, onLoad, resolve: find }) {
    onResolve({ filter: BUILTINS }, async ({ path, importer, resolveDir, kind, pluginData }) => {
      if (pluginData === "asked") return undefined;
      const found = await find(path, { importer, resolveDir, kind, pluginData: "asked" });
      // Where package.json says `"browser": {"fs": false}`, esbuild answers with the bare name.
      return isAbsolute(found.path) ? found : { path, namespace: "absent" };
    });
    onLoad({ filter: /.*/, namespace: "absent" }, () => ({ contents: "module.exports = {};", loader: "js" }));
  },
};
