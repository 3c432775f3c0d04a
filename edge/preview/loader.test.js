import assert from "node:assert/strict";
import { test } from "node:test";
import { Externals } from "./externals.js";
import { Loader } from "./loader.js";
import { globKey, metaMaker } from "./meta.js";
import { Registry } from "./registry.js";

const components = { register() {}, signature: () => () => {}, exported() {} };

/** @param {Record<string, import("./externals.js").Dependency>} deps @param {any} namespaces */
function page(deps = {}, namespaces = {}) {
  const registry = new Registry();
  const externals = new Externals(deps, async (url) => namespaces[url]);
  const hot = /** @type {any} */ (() => ({}));
  const meta = metaMaker({ env: {}, origin: "http://x.test", dependencies: deps }, registry);
  return { registry, loader: new Loader(registry, externals, components, hot, meta) };
}

/**
 * A body that notes itself, imports statically, and exports a getter.
 * @param {string[]} order @param {string} id @param {string[]} imports
 */
const body =
  (order, id, imports = []) =>
  async (/** @type {any} */ exports, /** @type {any} */ load) => {
    Object.defineProperty(exports, "name", { enumerable: true, get: () => id });
    const loaded = [];
    for (const spec of imports) loaded.push(await load(spec));
    order.push(id);
  };

test("modules are evaluated once, depth first, in the order of their imports", async () => {
  const { registry, loader } = page();
  /** @type {string[]} */
  const order = [];
  registry.define("main", { "./a": "a", "./b": "b" }, body(order, "main", ["./a", "./b"]));
  registry.define("a", { "./c": "c" }, body(order, "a", ["./c"]));
  registry.define("b", { "./c": "c" }, body(order, "b", ["./c"]));
  registry.define("c", {}, body(order, "c"));
  await loader.load("main");
  await loader.load("b");
  assert.deepEqual(order, ["c", "a", "b", "main"]);
});

test("a circle gives what is there so far, also between two that begin at once", async () => {
  const { registry, loader } = page();
  /** @type {string[]} */
  const order = [];
  registry.define("a", { "./b": "b" }, body(order, "a", ["./b"]));
  registry.define("b", { "./c": "c" }, body(order, "b", ["./c"]));
  registry.define("c", { "./a": "a" }, body(order, "c", ["./a"]));
  const found = await Promise.all([loader.load("a"), loader.load("c"), loader.load("b")]);
  assert.deepEqual(
    found.map(({ name }) => name),
    ["a", "c", "b"],
  );
  assert.deepEqual([...order].sort(), ["a", "b", "c"]);
});

test("a module that failed is evaluated again, and still tells what it imported", async () => {
  const { registry, loader } = page();
  let broken = true;
  registry.define("a", { "./b": "b" }, async (_, load) => load("./b"));
  registry.define("b", {}, async () => {
    if (broken) throw new Error("not yet");
  });
  await assert.rejects(loader.load("a"), /not yet/);
  assert.deepEqual(registry.importers().get("b"), new Set(["a"]));
  broken = false;
  await loader.load("a");
  assert.equal(registry.instance("a")?.state, "ready");
});

test("what is not there is named with who asked", async () => {
  const { registry, loader } = page();
  registry.define("src/a.ts", { "./b": "src/b.ts" }, async (_, load) => load("./b"));
  await assert.rejects(loader.load("src/a.ts"), { message: 'The module "src/b.ts" is not there', file: "src/a.ts" });
  registry.define("src/c.ts", {}, async (_, load) => load("left-pad"));
  await assert.rejects(loader.load("src/c.ts"), { file: "src/c.ts" });
  assert.deepEqual(Object.keys(await loader.load("src/a.css")), []);
});

test("dependencies in CommonJS give their properties and their default", async () => {
  const whole = { useState: 1 };
  const { registry, loader } = page(
    { cjs: { url: "/cjs", cjs: true }, babel: { url: "/babel", cjs: true }, esm: { url: "/esm" } },
    {
      "/cjs": { default: whole },
      "/babel": { default: { __esModule: true, default: 2, named: 3 } },
      "/esm": { default: 4, named: 5 },
    },
  );
  /** @type {any} */
  const got = {};
  registry.define("a", { cjs: { dep: "cjs" }, babel: { dep: "babel" }, esm: { dep: "esm" } }, async (_, load) => {
    for (const spec of ["cjs", "babel", "esm"]) got[spec] = await load(spec);
  });
  await loader.load("a");
  assert.equal(got.cjs.useState, 1);
  assert.equal(got.cjs.default, whole);
  assert.deepEqual([got.babel.default, got.babel.named], [2, 3]);
  assert.deepEqual([got.esm.default, got.esm.named], [4, 5]);
});

test("export * passes on everything but the default, and hides nothing of its own", async () => {
  const { registry, loader } = page();
  registry.define("all", { "./a": "a" }, async (exports, load, _, exportAll) => {
    Object.defineProperty(exports, "own", { enumerable: true, get: () => "mine" });
    exportAll(await load("./a"));
  });
  let other = 1;
  registry.define("a", {}, async (exports) => {
    Object.defineProperty(exports, "default", { enumerable: true, get: () => 0 });
    Object.defineProperty(exports, "own", { enumerable: true, get: () => "theirs" });
    Object.defineProperty(exports, "other", { enumerable: true, get: () => other });
  });
  const all = await loader.load("all");
  other = 2;
  assert.deepEqual({ ...all }, { own: "mine", other: 2 });
});

test("an eager glob is loaded before the module, another when it is called", async () => {
  const { registry, loader } = page();
  /** @type {string[]} */
  const order = [];
  const glob = { "./a": "a" };
  const [eager, lazy] = [{ eager: true, import: "name" }, {}];
  const deps = { [globKey("./*", eager)]: { glob, eager: true }, [globKey(["./*"])]: { glob: { "./b": "b" } } };
  /** @type {any} */
  let found;
  registry.define("main", deps, async (_exports, _load, _later, _all, meta) => {
    order.push("main");
    found = [meta.glob("./*", eager), meta.glob("./*", lazy)];
    assert.throws(() => meta.glob("./unknown"), /literals/);
  });
  registry.define("a", {}, body(order, "a"));
  registry.define("b", {}, body(order, "b"));
  await loader.load("main");
  assert.deepEqual(found[0], { "./a": "a" });
  assert.deepEqual(order, ["a", "main"]);
  assert.equal((await found[1]["./b"]()).name, "b");
});

test("an export by the name of `then` is an export like any other, and nobody waits for it", async () => {
  // biome-ignore lint/suspicious/noThenProperty: it is what apps and packages may export
  const thenable = { default: { then: () => "theirs" } };
  const { registry, loader } = page({ cjs: { url: "/cjs", cjs: true } }, { "/cjs": thenable });
  registry.define("a", {}, async (exports) => {
    // biome-ignore lint/suspicious/noThenProperty: likewise
    Object.defineProperty(exports, "then", { enumerable: true, configurable: true, get: () => () => "ours" });
  });
  /** @type {any[]} */
  const got = [];
  const deps = { "./a": "a", cjs: { dep: "cjs" } };
  registry.define("main", deps, async (_, load, later) => {
    for (const module of [await load("./a"), await later("./a"), await load("cjs")]) got.push(module.then());
  });
  await loader.load("main");
  assert.deepEqual(got, ["ours", "ours", "theirs"]);
});
