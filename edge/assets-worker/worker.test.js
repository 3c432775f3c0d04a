import assert from "node:assert/strict";
import { test } from "node:test";
import worker from "./worker.js";

const HASH = { page: "a".repeat(64), code: "b".repeat(64), packed: "c".repeat(64), old: "d".repeat(64) };
const BODIES = { [HASH.page]: "<h1>app</h1>", [HASH.code]: "0123456789", [HASH.packed]: "PACKED", [HASH.old]: "old" };
const page = { sha256: HASH.page, type: "text/html; charset=utf-8", bytes: 12 };
const code = { sha256: HASH.code, type: "text/javascript", bytes: 10, br: HASH.packed, immutable: true };
const left = { sha256: HASH.old, type: "text/javascript", bytes: 3, immutable: true };

/** @type {Record<string, object>} */
const RELEASES = {
  "static/one": { app_id: "static", assets: { "/index.html": page, "/assets/app-1.js": code } },
  "static/zero": { app_id: "static", assets: { "/index.html": page, "/assets/app-0.js": left, "/robots.txt": page } },
  "server/one": { app_id: "server", assets: { "/index.html": page, "/about.html": page }, script: { main: "x.js" } },
};

/** @param {(path: string) => unknown} find */
const store = (find) => ({
  /** @param {string} url */
  fetch: async (url) => {
    const found = find(new URL(url).pathname.slice(1));
    return found === undefined ? new Response(null, { status: 404 }) : new Response(/** @type {any} */ (found));
  },
});
const env = {
  RELEASES: store((path) => RELEASES[path.slice(0, -5)] && JSON.stringify(RELEASES[path.slice(0, -5)])),
  BLOBS: store((path) => BODIES[path.slice(3)]),
};

/** @param {string} path @param {Record<string, string>} [headers] */
const ask = (path, headers = {}, app = "static", method = "GET") => {
  const edge = { "x-edge-app": app, "x-edge-releases": "one,zero" };
  return worker.fetch(new Request(`http://any.localhost${path}`, { method, headers: { ...edge, ...headers } }), env);
};

/** @param {Response} answer @param {string} name */
const said = (answer, name) => answer.headers.get(name);

test("what is named by its content is kept for ever, a page is asked for each time", async () => {
  const script = await ask("/assets/app-1.js");
  assert.equal(await script.text(), "0123456789");
  assert.match(said(script, "cache-control") ?? "", /immutable/);
  assert.equal(said(script, "content-type"), "text/javascript");
  assert.equal(said(await ask("/"), "cache-control"), "no-cache");
});

test("a path that only the app knows is its page, one that names a file is not", async () => {
  for (const path of ["/", "/orders/17", "/orders/"]) assert.equal(await (await ask(path)).text(), "<h1>app</h1>");
  for (const path of ["/missing.js", "/a/b.png", "/%zz.js"])
    assert.equal(said(await ask(path), "x-edge-next"), "nobody");
});

test("what a page of the release before had not yet loaded is still there, but only what is named by its content", async () => {
  assert.equal(await (await ask("/assets/app-0.js")).text(), "old");
  assert.equal(said(await ask("/robots.txt"), "x-edge-next"), "nobody");
});

test("who has it gets nothing, however it was packed", async () => {
  const etag = said(await ask("/assets/app-1.js", { "accept-encoding": "br" }), "etag") ?? "";
  for (const known of [etag, `W/${etag}`, `"x", ${etag}`, "*"]) {
    assert.equal((await ask("/assets/app-1.js", { "if-none-match": known })).status, 304, known);
  }
  assert.equal((await ask("/assets/app-1.js", { "if-none-match": '"x"' })).status, 200);
});

test("it is packed as the client can read it", async () => {
  const packed = await ask("/assets/app-1.js", { "accept-encoding": "gzip, BR;q=0.8" });
  assert.deepEqual([said(packed, "content-encoding"), await packed.text()], ["br", "PACKED"]);
  for (const encodings of ["gzip", "br;q=0", ""]) {
    assert.equal(said(await ask("/assets/app-1.js", { "accept-encoding": encodings }), "content-encoding"), null);
  }
});

test("a part is a part of what it is, not of how it is packed", async () => {
  for (const [range, part, where] of [
    ["bytes=2-4", "234", "bytes 2-4/10"],
    ["bytes=7-", "789", "bytes 7-9/10"],
    ["bytes=-2", "89", "bytes 8-9/10"],
    ["bytes=5-99", "56789", "bytes 5-9/10"],
  ]) {
    const answer = await ask("/assets/app-1.js", { range, "accept-encoding": "br" });
    assert.deepEqual([answer.status, await answer.text(), said(answer, "content-range")], [206, part, where]);
  }
  const beyond = await ask("/assets/app-1.js", { range: "bytes=10-" });
  assert.deepEqual([beyond.status, said(beyond, "content-range")], [416, "bytes */10"]);
  for (const odd of ["bytes=4-2", "bytes=-", "bytes=0-1,4-5", "lines=1-2"]) {
    assert.equal((await ask("/assets/app-1.js", { range: odd })).status, 200, odd);
  }
  assert.equal((await ask("/assets/app-1.js", { range: "bytes=0-1", "if-range": '"other"' })).status, 200);
});

test("what is no asset is the script's, where there is one, and else the gateway's", async () => {
  assert.equal(await (await ask("/about", {}, "server")).text(), "<h1>app</h1>");
  for (const path of ["/other", "/api/x", "/x.js"])
    assert.equal(said(await ask(path, {}, "server"), "x-edge-next"), "script");
  assert.equal(said(await ask("/", {}, "server", "POST"), "x-edge-next"), "script");
  assert.equal(said(await ask("/api/entities/orders", {}, "static", "POST"), "x-edge-next"), "api");
  assert.equal((await ask("/", {}, "static", "POST")).status, 405);
});
