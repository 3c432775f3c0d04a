import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import { ask } from "./origin.js";

test("without a service beside us the origin is asked at its address, with our key", async (t) => {
  const server = createServer((request, response) => {
    response.writeHead(302, { location: "/there" }).end(`${request.url} ${request.headers["x-edge-key"]}`);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  t.after(() => server.close());
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  const env = { ORIGIN_URL: `http://127.0.0.1:${port}`, ORIGIN_KEY: "ours\n" };
  const forged = { headers: { "x-edge-key": "guessed" } };
  const answer = await ask(new Request("http://preview-a.overskill.app//evil.com/x?y=1", forged), env);
  assert.equal(answer.status, 302);
  assert.equal(await answer.text(), "//evil.com/x?y=1 ours");
});

test("no cache between us and the origin answers for it: its address does not say which app is meant", async (t) => {
  const asked = t.mock.method(globalThis, "fetch", async () => new Response());
  await ask(new Request("https://preview-a.overskill.app/logo.svg"), { ORIGIN_URL: "https://gateway.example" });
  const [request, options] = asked.mock.calls[0].arguments;
  assert.equal(new Request(/** @type {Request} */ (request), options).cache, "no-store");
});

test("where no origin is named, none is asked", async () => {
  await assert.rejects(ask(new Request("http://preview-a.overskill.app/"), {}), TypeError);
});
