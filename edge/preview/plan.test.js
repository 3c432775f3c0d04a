import assert from "node:assert/strict";
import { test } from "node:test";
import { plan } from "./plan.js";

/** @typedef {{imports?: string[], accepts?: boolean, acceptsDeps?: string[], declined?: boolean, failed?: boolean}} Sketch */

/** @param {Record<string, Sketch>} app @param {string} entry */
function graph(app, entry = "main") {
  /** @type {Map<string, Set<string>>} */
  const importers = new Map();
  for (const [id, { imports = [] }] of Object.entries(app)) {
    for (const imported of imports) importers.set(imported, (importers.get(imported) ?? new Set()).add(id));
  }
  const instance = (/** @type {string} */ id) =>
    /** @type {any} */ (
      app[id] && {
        id,
        state: app[id].failed ? "failed" : "ready",
        hot: {
          declined: app[id].declined ?? false,
          acceptances: (app[id].acceptsDeps ?? []).map((dep) => ({ deps: [dep] })),
        },
      }
    );
  return {
    entry,
    instance: (/** @type {string} */ id) => instance(id) ?? null,
    importers,
    workers: new Set(),
    replacesItself: (/** @type {{id: string}} */ { id }) => app[id].accepts ?? false,
  };
}

test("what runs in a worker means a reload, for nobody sees what the worker has come to", () => {
  const app = { main: { imports: ["App"] }, App: { imports: ["helper"], accepts: true }, helper: {} };
  const found = plan(["helper"], [], { ...graph(app), workers: new Set(["helper"]) });
  assert.match(found.reload ?? "", /helper runs in a worker/);
});

test("the way up ends at the nearest that replace themselves", () => {
  const app = {
    main: { imports: ["App"] },
    App: { imports: ["Left", "Right"], accepts: true },
    Left: { imports: ["utils"], accepts: true },
    Right: { imports: ["hook"], accepts: true },
    hook: { imports: ["utils"] },
    utils: {},
  };
  const found = plan(["utils"], [], graph(app));
  assert.deepEqual([...found.roots].sort(), ["Left", "Right"]);
  assert.deepEqual([...found.invalid].sort(), ["Left", "Right", "hook", "utils"]);
  assert.equal(found.reload, null);
});

test("nobody on one of the ways means a reload", () => {
  const app = {
    main: { imports: ["App", "setup"] },
    App: { imports: ["utils"], accepts: true },
    setup: { imports: ["utils"] },
    utils: {},
  };
  assert.equal(plan(["utils"], [], graph(app)).reload, "main is the entry");
});

test("a circle is walked once", () => {
  const app = {
    main: { imports: ["App"] },
    App: { imports: ["a"], accepts: true },
    a: { imports: ["b"] },
    b: { imports: ["a"] },
  };
  const found = plan(["b"], [], graph(app));
  assert.deepEqual([...found.roots], ["App"]);
  assert.deepEqual([...found.invalid].sort(), ["App", "a", "b"]);
});

test("an importer that accepts for a module stays as it is", () => {
  const app = { main: { imports: ["store"], acceptsDeps: ["store"] }, store: { imports: ["seed"] }, seed: {} };
  const found = plan(["seed"], [], graph(app));
  assert.deepEqual(found.accepting, [{ importer: "main", dep: "store" }]);
  assert.deepEqual([...found.roots], ["store"]);
  assert.deepEqual([...found.invalid].sort(), ["seed", "store"]);
});

test("what declined is a reload, even below one that accepts", () => {
  const app = { main: { imports: ["App"] }, App: { imports: ["x"], accepts: true }, x: { declined: true } };
  assert.equal(plan(["x"], [], graph(app)).reload, "x declined");
});

test("what is handed on begins at the importers", () => {
  const app = { main: { imports: ["App"] }, App: { imports: ["Badge"], accepts: true }, Badge: { accepts: true } };
  const found = plan([], ["Badge"], graph(app));
  assert.deepEqual([...found.roots], ["App"]);
  assert.deepEqual([...found.invalid], ["App"]);
});

test("an entry that failed is evaluated again instead of loaded anew", () => {
  const app = { main: { imports: ["App"], failed: true }, App: { imports: ["x"], failed: true }, x: { failed: true } };
  const found = plan(["x"], [], graph(app));
  assert.equal(found.reload, null);
  assert.deepEqual([...found.roots], ["main"]);
});

test("what nobody imports any more, and what was never evaluated, concerns nobody", () => {
  const app = { main: { imports: ["App"] }, App: { accepts: true }, orphan: {} };
  const found = plan(["orphan", "unheard"], [], graph(app));
  assert.deepEqual([...found.roots], []);
  assert.equal(found.reload, null);
});
