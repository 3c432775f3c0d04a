// Packages that are nothing but a list of others' names: what is imported of them is taken from where it is, so that
// the hundreds of files that nobody asked for need not be read.

import { readFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";

/** @typedef {(spec: string) => Promise<string | undefined>} Find the file behind a specifier */
/** @typedef {Map<string, {file: string, name: string}>} Barrel where each name is, and what it is called there */

/** What a file of a package is imported as, by its path in the folder of packages. */
export const FILE = "fleet-file:";
const FEWEST = 30;
const IMPORT = /^import \{([^}]*)\} from "([^"./][^"]*)";/gm;
const OFFERED = /^export\s*\{([^}]*)\}\s*from\s*["'](\.[^"']+)["']/gm;

export class Barrels {
  /** @type {Map<string, Promise<Barrel | undefined>>} */
  known = new Map();

  /**
   * @param {string} folder of packages
   * @param {Find} find
   */
  constructor(folder, find) {
    this.folder = folder;
    this.find = find;
  }

  /**
   * A script whose imports of lists are imports of what is listed; each line stays a line.
   * @param {string} code
   */
  async without(code) {
    const found = [...code.matchAll(IMPORT)];
    const barrels = await Promise.all(found.map(([, , spec]) => this.barrel(spec)));
    const known = new Map(found.map(([statement], at) => [statement, barrels[at]]));
    return code.replace(IMPORT, (statement, names, spec) => rewritten(names, spec, known.get(statement)) ?? statement);
  }

  /** @param {string} spec */
  barrel(spec) {
    const known = this.known.get(spec) ?? this.read(spec);
    this.known.set(spec, known);
    return known;
  }

  /**
   * @param {string} spec
   * @returns {Promise<Barrel | undefined>}
   */
  async read(spec) {
    const path = await this.find(spec);
    if (!path || !(await this.isFree(path))) return undefined;
    const text = await readFile(path, "utf8");
    /** @type {Barrel} */
    const barrel = new Map();
    for (const [, names, from] of text.matchAll(OFFERED)) {
      const file = relative(this.folder, join(dirname(path), from));
      for (const [name, as] of pairs(names)) barrel.set(as, { file, name });
    }
    return barrel.size < FEWEST ? undefined : barrel;
  }

  /** Whether its package says that none of its files does anything by being imported. @param {string} path */
  async isFree(path) {
    const home = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1];
    return !!home && JSON.parse(await readFile(join(home, "package.json"), "utf8")).sideEffects === false;
  }
}

/**
 * @param {string} names
 * @param {string} spec
 * @param {Barrel | undefined} barrel
 */
function rewritten(names, spec, barrel) {
  if (!barrel) return undefined;
  const rest = [];
  const imports = [];
  for (const [name, as] of pairs(names)) {
    const place = barrel.get(name);
    if (!place) rest.push(`${name} as ${as}`);
    else imports.push(`import { ${place.name} as ${as} } from ${JSON.stringify(FILE + place.file)};`);
  }
  if (rest.length) imports.push(`import { ${rest.join(", ")} } from ${JSON.stringify(spec)};`);
  return imports.join(" ");
}

/**
 * What stands in braces: each name, and what it is called from there on.
 * @param {string} names
 * @returns {[string, string][]}
 */
function pairs(names) {
  const parts = names.split(",").map((one) => one.trim().split(/\s+as\s+/));
  return parts.filter(([name]) => name).map(([name, as = name]) => [name, as]);
}
