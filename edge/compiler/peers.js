// Optional peers that are not installed: whoever offers to do without them is bundled without them.

import { readFile } from "node:fs/promises";
import { join } from "node:path";

const UNRESOLVED = /^Could not resolve "([^"]+)"/;
const PACKAGE = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//;

/**
 * What could not be found, if that is all that is wrong and each importer says that it may be missing.
 * @param {string} folder
 * @param {any} error esbuild's
 * @returns {Promise<string[]>}
 */
export async function optionalOnes(folder, error) {
  /** @type {import("esbuild").Message[]} */
  const errors = error.errors ?? [];
  const specs = errors.map(({ text }) => UNRESOLVED.exec(text)?.[1]);
  const may = await Promise.all(
    errors.map(({ location }, index) => mayBeMissing(folder, location?.file, specs[index] ?? "")),
  );
  return may.every(Boolean) ? specs.filter((spec) => spec !== undefined) : [];
}

/**
 * @param {string} folder
 * @param {string | undefined} importer
 * @param {string} spec
 */
async function mayBeMissing(folder, importer, spec) {
  const home = PACKAGE.exec(importer ?? "")?.[1];
  if (!home || !spec) return false;
  const manifest = JSON.parse(await readFile(join(folder, home, "package.json"), "utf8"));
  const name = spec
    .split("/")
    .slice(0, spec.startsWith("@") ? 2 : 1)
    .join("/");
  return manifest.peerDependenciesMeta?.[name]?.optional === true || name in (manifest.optionalDependencies ?? {});
}

/**
 * @param {Set<string>} absent
 * @returns {import("esbuild").Plugin}
 */
export const notInstalled = (absent) => ({
  name: "not-installed",
  setup({ onResolve, onLoad }) {
    if (!absent.size) return;
    onResolve({ filter: /^[^./]/ }, ({ path }) =>
      absent.has(path) ? { path, namespace: "not-installed" } : undefined,
    );
    onLoad({ filter: /.*/, namespace: "not-installed" }, ({ path }) => ({
      contents: `module.exports = {}; throw new Error(${JSON.stringify(`${path} is not installed`)});`,
      loader: "js",
    }));
  },
});
