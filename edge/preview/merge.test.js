import assert from "node:assert/strict";
import { test } from "node:test";
import { merge } from "./merge.js";

/** @param {string} id @param {string} code */
const module = (id, code) => ({ id, code, deps: {} });

test("the newest of each stays, under the last revision", () => {
  const one = merge([
    { rev: "e.1", modules: [module("a", "1"), module("b", "1")], css: [{ id: "x.css", text: "1" }] },
    { rev: "e.2", modules: [module("a", "2")] },
    { rev: "e.3", css: [{ id: "x.css", text: "3" }] },
  ]);
  assert.deepEqual(one, {
    rev: "e.3",
    modules: [module("a", "2"), module("b", "1")],
    css: [{ id: "x.css", text: "3" }],
    removed: [],
  });
});

test("what was removed and came back is there, what came and was removed is not", () => {
  const one = merge([
    { rev: "e.1", removed: ["back", "back.css"], modules: [module("gone", "1")] },
    { rev: "e.2", removed: ["gone"], modules: [module("back", "2")], css: [{ id: "back.css", text: "2" }] },
  ]);
  assert.deepEqual(one.removed, ["gone"]);
  assert.deepEqual(one.modules, [module("back", "2")]);
  assert.deepEqual(one.css, [{ id: "back.css", text: "2" }]);
});
