import assert from "node:assert/strict";
import { test } from "node:test";
import { compare, parse } from "./revision.js";

test("a revision of the same epoch is newer, the same or older by its number", () => {
  assert.equal(compare("a.9", "a.10"), "newer");
  assert.equal(compare("a.10", "a.10"), "same");
  assert.equal(compare("a.10", "a.9"), "older");
});

test("revisions of two epochs cannot be compared", () => {
  assert.equal(compare("a.1", "b.2"), "foreign");
  assert.equal(compare("a.b.1", "a.c.1"), "foreign");
});

test("an epoch may hold dots; what is no number is refused", () => {
  assert.deepEqual(parse("2026.11.3"), { epoch: "2026.11", n: 3 });
  for (const wrong of ["", "3", ".3", "a.", "a.x", "a.-1", "a.1.5x"]) assert.throws(() => parse(wrong), wrong);
});
