import assert from "node:assert/strict";
import { test } from "node:test";
import { reader } from "./sse.js";

const STREAM =
  ': hello\r\nevent: update\r\nid: a.1\r\ndata: {"rev":\r\ndata: "a.1"}\r\n\r\nevent:cleared\ndata\n\n: beat\n\n';
const MESSAGES = [
  { event: "update", data: '{"rev":\n"a.1"}' },
  { event: "cleared", data: "" },
];

test("messages come out however the stream is cut", () => {
  for (let size = 1; size <= STREAM.length; size++) {
    const read = reader();
    const found = [];
    for (let at = 0; at < STREAM.length; at += size) found.push(...read(STREAM.slice(at, at + size)));
    assert.deepEqual(found, MESSAGES, `pieces of ${size}`);
  }
});

test("how long to wait after a break is told, and nothing else by that name", () => {
  /** @type {number[]} */
  const told = [];
  const read = reader((milliseconds) => told.push(milliseconds));
  assert.deepEqual(read("retry: 2000\nretry: soon\nretry: 1e9\nretry\nretry:15000\n\n"), []);
  assert.deepEqual(told, [2000, 15000]);
});

test("an event that is not complete is not told", () => {
  const read = reader();
  assert.deepEqual(read("event: update\ndata: 1\n"), []);
  assert.deepEqual(read("\n"), [{ event: "update", data: "1" }]);
});
