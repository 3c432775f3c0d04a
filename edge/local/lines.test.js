import assert from "node:assert/strict";
import { test } from "node:test";
import { Ear, linesOf } from "./lines.js";
import { shard } from "./shard.js";

const event = {
  event: { request: { method: "GET", url: "http://demo.localhost/a?b=c" } },
  logs: [
    { level: "warn", timestamp: 1, message: ["much", { a: [1] }, null] },
    { level: "log", timestamp: 2, message: ["x".repeat(10_000)] },
  ],
  exceptions: [{ name: "Error", message: "boom", timestamp: 3, stack: "    at here" }],
};

test("what a request said becomes lines, each no longer than anybody reads", () => {
  const [first, second, third] = linesOf(event);
  assert.deepEqual(first, { at: 1, level: "warning", text: 'much {"a":[1]} null', request: "GET /a" });
  assert.equal(second.text.length, 4_000);
  assert.deepEqual(third, { at: 3, level: "error", text: "Error: boom\n    at here", request: "GET /a" });
  assert.equal(linesOf({ logs: Array(999).fill(event.logs[0]), exceptions: [] }).length, 200);
});

test("who says more than can be heard keeps nobody else from being heard", () => {
  const ear = new Ear();
  const heard = Array.from({ length: 80 }, () => ear.hears("loud", 1_000));
  assert.equal(heard.filter(Boolean).length, 50);
  assert.equal(ear.hears("quiet", 1_999), true);
  assert.equal(ear.hears("loud", 2_000), true);
});

test("names are spread over the places, each always to the same one", () => {
  const places = Array.from({ length: 1_000 }, (_, n) => shard(`production/app-${n}--x`, 2));
  const [first, second] = [0, 1].map((place) => places.filter((each) => each === place).length);
  assert.ok(first > 400 && second > 400, `${first} and ${second}`);
  assert.equal(shard("production/app-7--x", 2), places[7]);
});
