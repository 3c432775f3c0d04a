import assert from "node:assert/strict";
import { test } from "node:test";
import { allowed } from "./origins.js";

const OWN = "https://preview-a.overskill.app";

test("an origin is on the list as a browser would read it", () => {
  for (const [pattern, origin] of [
    ["'self'", OWN],
    ["*", "https://any.example"],
    ["https:", "https://any.example"],
    ["https://editor.example", "https://editor.example"],
    ["https://Editor.example/", "https://editor.example"],
    ["https://*.example.com", "https://a.b.example.com"],
    ["editor.example", "https://editor.example"],
    ["http://localhost:*", "http://localhost:3000"],
    ["http://localhost:3000", "http://localhost:3000"],
  ]) {
    assert.ok(allowed(origin, [pattern], OWN), `${pattern} ${origin}`);
  }
});

test("nobody else is", () => {
  for (const [pattern, origin] of [
    ["'none'", "https://editor.example"],
    ["'self'", "https://preview-b.overskill.app"],
    ["https:", "http://any.example"],
    ["https://editor.example", "http://editor.example"],
    ["https://editor.example", "https://editor.example.evil.example"],
    ["https://editor.example", "https://editor.example:8443"],
    ["https://*.example.com", "https://example.com"],
    ["https://*.example.com", "https://evilexample.com"],
    ["editor.example", "http://editor.example"],
    ["*", "null"],
    ["", "https://editor.example"],
  ]) {
    assert.ok(!allowed(origin, [pattern], OWN), `${pattern} ${origin}`);
  }
  assert.ok(!allowed("https://editor.example", [], OWN));
});
