import assert from "node:assert/strict";
import { test } from "node:test";
import { label, route, zonesOf } from "./route.js";

const ZONES = ["overskill.app", "eu.overskill.app", "localhost"];

/** @param {string} host */
const found = (host, path = "/") => {
  const { kind, app, script, zone } = route(host, path, ZONES);
  return [kind, app, script, zone];
};

test("a host names an app, its environment and its script", () => {
  assert.deepEqual(found("shop.overskill.app"), ["production", "shop", "shop", "overskill.app"]);
  assert.deepEqual(found("staging-shop.localhost:8787"), ["staging", "shop", "shop", "localhost"]);
  assert.deepEqual(found("PREVIEW-shop.overskill.app."), ["preview", "shop", "shop", "overskill.app"]);
  assert.deepEqual(found("pr-12-my-shop.localhost"), ["pr", "my-shop", "my-shop--pr-12", "localhost"]);
});

test("the longest zone that fits is meant, in whatever order they are given", () => {
  assert.deepEqual(found("shop.eu.overskill.app"), ["production", "shop", "shop", "eu.overskill.app"]);
  assert.deepEqual(found("eu.overskill.app"), ["landing", "", "", "eu.overskill.app"]);
});

test("a name that no app can have leads nowhere", () => {
  for (const name of ["a--b", "-a", "a-", "a_b", "xn--a", "preview-", "staging-pr-1-a", "pr-x-a", "a".repeat(41)]) {
    assert.equal(route(`${name}.localhost`, "/", ZONES).kind, "none", name);
  }
});

test("a name with the most letters that are allowed leads to its app", () => {
  assert.equal(route(`preview-${"a".repeat(40)}.localhost`, "/", ZONES).kind, "preview");
});

test("a path on a bare zone has moved to the host that has the same name", () => {
  for (const name of ["shop", "preview-shop", "staging-shop", "pr-3-shop"]) {
    const to = route("localhost", `/app/${name}/a/b`, ZONES);
    assert.deepEqual([to.moved, to.rest, label(to)], [true, "/a/b", name]);
  }
  assert.equal(route("shop.localhost", "/app/other/", ZONES).app, "shop");
});

test("zones are taken as people write them", () => {
  assert.deepEqual(zonesOf(" OverSkill.app, localhost,\n"), ["overskill.app", "localhost"]);
  assert.deepEqual(zonesOf(""), []);
});

test("routing keeps nothing from one call to the next", () => {
  const zones = Object.freeze([...ZONES]);
  assert.deepEqual(route("shop.localhost", "/x", zones), route("shop.localhost", "/x", zones));
});
