import assert from "node:assert/strict";
import { mock, test } from "node:test";
import worker from "./worker.js";

/** @typedef {import("./worker.js").Fetcher} Fetcher */

const PREVIEW = { fetch: async () => new Response("preview") };

/**
 * A namespace as Cloudflare's: `get` never throws, `fetch` does.
 *
 * @param {Record<string, () => Promise<Response>>} scripts
 */
const namespace = (scripts) => ({
  /** @param {string} name */
  get: (name) => ({ fetch: () => scripts[name]?.() ?? Promise.reject(new Error("Worker not found.")) }),
});

const STAGING = namespace({
  shop: async () => new Response("staged"),
  broken: () => Promise.reject(new Error("secret internals")),
});
const PR = namespace({ "shop--pr-7": async () => new Response("proposed") });
const env = { ZONES: "localhost,overskill.app", PREVIEW, STAGING, PR };

/** @param {string} url */
const ask = (url, accept = "text/html") => worker.fetch(new Request(url, { headers: { accept } }), env);

test("what was deployed answers from its namespace", async () => {
  assert.equal(await (await ask("http://staging-shop.localhost/")).text(), "staged");
  assert.equal(await (await ask("http://pr-7-shop.localhost/")).text(), "proposed");
  assert.equal(await (await ask("http://preview-shop.localhost/")).text(), "preview");
});

test("what was not deployed, or has no namespace here, says so", async () => {
  for (const url of ["http://staging-other.localhost/", "http://shop.localhost/"]) {
    const answer = await ask(url);
    assert.equal(answer.status, 404);
    assert.match(await answer.text(), /Not deployed yet/);
  }
});

test("an app that throws shows nothing of itself", async (t) => {
  const logged = t.mock.method(console, "error", () => {});
  const answer = await ask("http://staging-broken.localhost/");
  assert.equal(answer.status, 502);
  assert.doesNotMatch(await answer.text(), /secret/);
  assert.equal(logged.mock.callCount(), 1);
});

test("over TLS browsers are told to stay there", async () => {
  const secure = await ask("https://preview-shop.overskill.app/");
  assert.match(secure.headers.get("strict-transport-security") ?? "", /max-age/);
  assert.equal((await ask("http://preview-shop.localhost/")).headers.get("strict-transport-security"), null);
});

test("whoever never answers is given up after a while", async (t) => {
  t.mock.method(console, "error", () => {});
  mock.timers.enable({ apis: ["setTimeout"] });
  /** @type {Fetcher} */
  const silent = {
    fetch: (request) =>
      new Promise((_, reject) => request.signal.addEventListener("abort", () => reject(request.signal.reason))),
  };
  const asked = worker.fetch(new Request("http://preview-shop.localhost/"), { ...env, PREVIEW: silent });
  mock.timers.tick(30_000);
  assert.equal((await asked).status, 502);
  mock.timers.reset();
});
