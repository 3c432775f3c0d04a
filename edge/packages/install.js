// Resolves and installs packages as npm does, with npm's own tree builder, and without running a line of theirs.
//
// node install.js NPM < requests: one line asks for a tree, and is answered with it; the line "install" asks for its
// files. Whoever closes our input has gone, and we go too.

import { writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { Ahead } from "./ahead.js";
import { Packuments } from "./packuments.js";
import { isPassing, reasonOf } from "./reason.js";

/**
 * @typedef {object} Request
 * @property {string} registry where packages come from
 * @property {string} cache where npm keeps what it has fetched
 * @property {Record<string, string>} roots what is imported, in the versions that package.json asks for
 * @property {Record<string, string>} others what package.json names besides: so, if it comes along at all
 * @property {object} overrides package.json's own
 * @property {Record<string, string>} pinned the versions that a lock file has at the top
 * @property {Record<string, string[]>} locked every version that the lock file has
 * @property {{packages: object, legacy: boolean} | null} known a tree that was resolved before
 * @property {number} most how many packages there may be
 */

const npm = createRequire(`${process.argv[2]}/package.json`);
const Arborist = npm("@npmcli/arborist");
const semver = npm("semver");
const path = process.cwd();

/** @param {object} words */
const say = (words) => process.stdout.write(`${JSON.stringify(words)}\n`);

/**
 * @param {Request} request
 * @param {boolean} legacy whether conflicting peers are let be
 */
function optionsFor({ registry, cache, locked }, legacy) {
  return {
    path,
    cache,
    registry,
    allowGit: "none",
    allowRemote: "none",
    allowFile: "none",
    allowDirectory: "none",
    ignoreScripts: true,
    binLinks: false,
    audit: false,
    fund: false,
    save: true,
    omit: ["dev"],
    legacyPeerDeps: legacy,
    lockfileVersion: 3,
    packumentCache: new Packuments(locked, registry),
    retry: { retries: 1, minTimeout: 500, maxTimeout: 2_000 },
    timeout: 20_000,
  };
}

/**
 * The manifest of an app that asks for no more than what is imported.
 * @param {Request} request
 * @param {Record<string, string>} roots
 */
async function writeManifest({ others, overrides, pinned }, roots) {
  const rest = Object.entries(others).filter(([name]) => !(name in roots));
  const dependencies = Object.entries(roots).map(([name, asked]) => [name, narrowed(asked, pinned[name])]);
  const manifest = {
    name: "packages",
    private: true,
    dependencies: Object.fromEntries(dependencies),
    peerDependencies: Object.fromEntries(rest),
    peerDependenciesMeta: Object.fromEntries(rest.map(([name]) => [name, { optional: true }])),
    overrides,
  };
  await writeFile("package.json", JSON.stringify(manifest));
  return manifest.dependencies;
}

/**
 * @param {string} asked
 * @param {string | undefined} version of the lock file
 */
function narrowed(asked, version) {
  const fits = semver.validRange(asked) ? semver.satisfies(version, asked) : !asked.startsWith("npm:");
  return version && fits ? version : asked;
}

/**
 * Peers that package.json names are asked for by themselves, as they would be if all of it were installed.
 * @param {Request} request
 * @param {boolean} legacy
 */
async function resolve(request, legacy) {
  const roots = { ...request.roots };
  const options = optionsFor(request, legacy);
  const ahead = new Ahead(npm, options, options.packumentCache);
  for (;;) {
    ahead.fetch(await writeManifest(request, roots));
    const builder = new Arborist(options);
    const tree = await ideal(builder);
    if (tree.inventory.size > request.most) throw Object.assign(new Error(), { code: "ETOOMANY", most: request.most });
    const added = [...tree.inventory.values()]
      .flatMap((node) => Object.keys(node.isRoot ? {} : (node.package.peerDependencies ?? {})))
      .filter((name) => name in request.others && !(name in roots));
    if (!added.length) return { builder, packages: needed(tree.meta.commit().packages), legacy };
    for (const name of added) roots[name] = request.others[name];
  }
}

/**
 * The tree as npm would have it, but for optional packages of which the registry gives no checksum: they are done
 * without, as if it did not have them.
 * @param {any} builder
 */
async function ideal(builder) {
  const tree = await builder.buildIdealTree();
  for (const node of [...tree.inventory.values()]) {
    if (node.optional && !node.integrity && !node.inBundle && !node.isRoot) node.root = null;
  }
  return tree;
}

/**
 * What installing it again takes; it is kept for long.
 * @param {Record<string, Record<string, unknown>>} packages
 */
function needed(packages) {
  const unneeded = new Set(["license", "funding", "engines", "deprecated", "bin"]);
  const of = (/** @type {object} */ one) => Object.entries(one).filter(([name]) => !unneeded.has(name));
  return Object.fromEntries(Object.entries(packages).map(([place, one]) => [place, Object.fromEntries(of(one))]));
}

/** @param {Request} request */
async function tree(request) {
  const { known } = request;
  if (known) {
    const { dependencies } = Object(known.packages)[""];
    await writeManifest({ ...request, pinned: {} }, dependencies ?? {});
    await writeFile("package-lock.json", JSON.stringify({ lockfileVersion: 3, packages: known.packages }));
    const builder = new Arborist(optionsFor(request, known.legacy));
    await ideal(builder);
    return { builder, ...known };
  }
  try {
    return await resolve(request, false);
  } catch (error) {
    if (Object(error).code !== "ERESOLVE") throw error;
    return { ...(await resolve(request, true)), conflict: reasonOf(error) };
  }
}

const lines = createInterface({ input: process.stdin });
lines.on("close", () => process.exit(1));
const asked = lines[Symbol.asyncIterator]();
try {
  const request = JSON.parse((await asked.next()).value ?? "");
  const { builder, ...resolved } = await tree(request);
  say(resolved);
  if ((await asked.next()).value === "install") {
    await builder.reify();
    say({ installed: true });
  }
} catch (error) {
  say({ reason: reasonOf(error), passing: isPassing(error) });
}
process.exit(0);
