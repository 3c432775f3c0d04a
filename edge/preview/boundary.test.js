import assert from "node:assert/strict";
import { test } from "node:test";
import { difference, exportedComponents, isBoundary } from "./boundary.js";

const isComponent = (/** @type {any} */ value) => typeof value === "function" && /^[A-Z]/.test(value.name);
const App = () => null;
const Item = () => null;
const helper = () => null;

test("components and primitives make a boundary, anything else does not", () => {
  assert.ok(isBoundary({ default: App, size: 3, name: "x", none: null }, isComponent));
  assert.ok(isBoundary({ Menu: { Item, Other: App } }, isComponent));
  assert.ok(!isBoundary({ App, helper }, isComponent));
  assert.ok(!isBoundary({ App, options: { a: 1 } }, isComponent));
  assert.ok(!isBoundary({ size: 3 }, isComponent));
  assert.ok(!isBoundary({}, isComponent));
});

test("importers notice what came, went or changed, but not a new version of a component", () => {
  const other = { App: () => 1 }.App;
  assert.equal(difference({ App, size: 1 }, { App: other, size: 1 }, isComponent), null);
  assert.match(difference({ App, size: 1 }, { App, size: 2 }, isComponent) ?? "", /size changed/);
  assert.match(difference({ App, size: 1 }, { App }, isComponent) ?? "", /size went/);
  assert.match(difference({ App }, { App, size: 1 }, isComponent) ?? "", /size came/);
  assert.match(difference({ App }, { App: helper }, isComponent) ?? "", /App changed/);
});

test("the parts of a compound component have names of their own", () => {
  assert.deepEqual(exportedComponents({ App, Menu: { Item }, size: 1 }, isComponent), [
    ["export App", App],
    ["export Menu.Item", Item],
  ]);
});
