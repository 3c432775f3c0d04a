import assert from "node:assert/strict";
import { test } from "node:test";
import { Registry } from "./registry.js";
import { reached } from "./worker.js";

test("a worker has what it may come to, circles and globs included, and nothing else of the page", () => {
  const registry = new Registry();
  const body = async () => {};
  registry.define("w", { "./a": "a", react: { dep: "react" }, glob: { glob: { "./p/x": "x" } } }, body);
  registry.define("a", { "./w": "w", "./gone": "gone" }, body);
  registry.define("x", {}, body);
  registry.define("page", { "./a": "a" }, body);
  assert.deepEqual(reached(registry, "w"), ["w", "a", "x", "gone"]);
});
