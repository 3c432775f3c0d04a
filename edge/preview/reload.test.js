import assert from "node:assert/strict";
import { test } from "node:test";
import { worthwhile } from "./reload.js";

test("the same reason at the same revision is no second reload, but for half a minute", () => {
  const stored = JSON.stringify({ rev: "e.1", reason: "another epoch", at: 1_000 });
  assert.ok(worthwhile(null, "e.1", "another epoch", 1_000));
  assert.ok(!worthwhile(stored, "e.1", "another epoch", 30_000));
  assert.ok(worthwhile(stored, "e.1", "another epoch", 31_001));
  assert.ok(!worthwhile(stored, "e.1", "another epoch", 3_000, 3_000));
  assert.ok(worthwhile(stored, "e.1", "another epoch", 4_001, 3_000));
  assert.ok(worthwhile(stored, "e.2", "another epoch", 1_001));
  assert.ok(worthwhile(stored, "e.1", "main is the entry", 1_001));
});
