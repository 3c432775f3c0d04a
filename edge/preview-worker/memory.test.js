import assert from "node:assert/strict";
import { test } from "node:test";
import { keyOf, Memory } from "./memory.js";

/** @param {number} bytes */
const immutable = (bytes) =>
  new Response("x".repeat(bytes), {
    headers: { "cache-control": "public, immutable", "content-length": String(bytes) },
  });

test("what was not used for longest goes first, and the limit holds", async () => {
  const memory = new Memory(100);
  await memory.keep("a", immutable(40));
  await memory.keep("b", immutable(40));
  memory.find("a");
  await memory.keep("c", immutable(40));
  assert.deepEqual([...memory.files.keys()], ["a", "c"]);
  assert.equal(memory.bytes, 80);
});

test("a file kept twice counts once", async () => {
  const memory = new Memory(100);
  await memory.keep("a", immutable(40));
  await memory.keep("a", immutable(30));
  assert.equal(memory.bytes, 30);
});

test("what is larger than all the room is handed on and not kept", async () => {
  const memory = new Memory(10);
  assert.equal((await (await memory.keep("a", immutable(40))).text()).length, 40);
  assert.deepEqual([memory.find("a"), memory.bytes], [undefined, 0]);
});

test("what is huge, of unknown length, or sets a cookie is handed on as it flows", async () => {
  const memory = new Memory(100_000_000);
  const huge = immutable(5_000_000);
  const unknown = new Response("x", { headers: { "cache-control": "public, immutable" } });
  const personal = immutable(4);
  personal.headers.append("set-cookie", "a=b");
  for (const response of [huge, unknown, personal]) assert.equal(await memory.keep("a", response), response);
  assert.equal(memory.find("a"), undefined);
});

test("only plain reading of the fleet's own files is answered from memory", () => {
  const url = "http://preview-a.localhost/__fleet/deps/h/x.js";
  assert.equal(keyOf(new Request(url)), "/__fleet/deps/h/x.js");
  assert.equal(keyOf(new Request(url, { method: "HEAD" })), undefined);
  assert.equal(keyOf(new Request(url, { headers: { range: "bytes=0-1" } })), undefined);
  assert.equal(keyOf(new Request("http://preview-a.localhost/x.js")), undefined);
});

test("one file has one name, however it is spelled", () => {
  for (const spelled of ["x.js?v=1", "x.js?", "%78.js", "x%2ejs", "x%2Ejs?%"]) {
    assert.equal(keyOf(new Request(`http://preview-a.localhost/__fleet/deps/h/${spelled}`)), "/__fleet/deps/h/x.js");
  }
  assert.equal(keyOf(new Request("http://preview-a.localhost/__fleet/deps/h/%ff.js")), undefined);
});
