import assert from "node:assert/strict";
import { test } from "node:test";
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
  broken: () => Promise.reject(new Error("secret internals: Worker not found")),
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

test("what the gateway does for apps is done on their own hosts, and the rest is theirs", async () => {
  for (const path of ["api/auth/me", "api/entities/todos?done=is.true", "api/client.js"]) {
    assert.equal(await (await ask(`http://staging-shop.localhost/${path}`)).text(), "preview", path);
    assert.equal(await (await ask(`http://shop.overskill.app/${path}`)).text(), "preview", path);
  }
  for (const path of ["api/authors", "api/", "api", "x/api/auth/me", "api/client.jsx"]) {
    assert.equal(await (await ask(`http://staging-shop.localhost/${path}`)).text(), "staged", path);
  }
});

test("an app that throws shows nothing of itself", async (t) => {
  const logged = t.mock.method(console, "error", () => {});
  const answer = await ask("http://staging-broken.localhost/");
  assert.equal(answer.status, 502);
  assert.doesNotMatch(await answer.text(), /secret/);
  assert.equal(logged.mock.callCount(), 1);
});

/** @param {string | null} policy @param {string} [ancestors] */
const allows = (policy, ancestors = "'none'") =>
  assert.match(policy ?? "", new RegExp(`(^|; )frame-ancestors ${ancestors}$`));

test("nobody frames what is the edge's own", async (t) => {
  t.mock.method(console, "error", () => {});
  for (const host of ["localhost", "nowhere.example", "staging-other.localhost", "staging-broken.localhost"]) {
    allows((await ask(`http://${host}/`)).headers.get("content-security-policy"));
  }
});

test("an editor that may frame an app sees that it is away, with its pass alone where it takes one", async (t) => {
  t.mock.method(console, "error", () => {});
  const policy = "default-src 'none'; frame-ancestors 'self' https://editor.example";
  const shown = { fetch: async () => new Response("", { headers: { "content-security-policy": policy } }) };
  const away = { fetch: () => Promise.reject(new Error("away")) };
  /** @param {Fetcher} preview @param {string} cookie */
  const said = async (preview, cookie, url = "http://preview-framed.localhost/") => {
    const answered = await worker.fetch(new Request(url, { headers: { cookie } }), { ...env, PREVIEW: preview });
    return answered.headers.get("content-security-policy");
  };
  await said(shown, "a=b; fleet_preview=theirs");
  allows(await said(away, "fleet_preview=theirs; c=d"), "'self' https://editor.example");
  allows(await said(away, "fleet_preview=guessed"));
  allows(await said(away, ""));
  allows(await said(away, "fleet_preview=theirs", "http://preview-other.localhost/"));
});

test("over TLS browsers are told to stay there", async () => {
  const secure = await ask("https://preview-shop.overskill.app/");
  assert.match(secure.headers.get("strict-transport-security") ?? "", /max-age/);
  assert.equal((await ask("http://preview-shop.localhost/")).headers.get("strict-transport-security"), null);
});

/**
 * Return after how many seconds somebody who does not answer is given up.
 *
 * @param {import("node:test").TestContext} t
 * @param {string} path
 * @param {RequestInit} [options]
 */
async function givenUpAfter(t, path, options) {
  t.mock.method(console, "error", () => {});
  t.mock.timers.enable({ apis: ["setTimeout"] });
  /** @type {Fetcher} */
  const silent = {
    fetch: (request) =>
      new Promise((_, reject) => request.signal.addEventListener("abort", () => reject(request.signal.reason))),
  };
  /** @type {number | undefined} */
  let status;
  const request = new Request(`http://preview-shop.localhost${path}`, options);
  void worker.fetch(request, { ...env, PREVIEW: silent }).then((answer) => {
    status = answer.status;
  });
  for (let seconds = 0; seconds <= 3_600; seconds++) {
    await new Promise((resolve) => setImmediate(resolve));
    if (status !== undefined) {
      assert.equal(status, 502);
      return seconds;
    }
    t.mock.timers.tick(1_000);
  }
  return "never";
}

const UPLOAD = { method: "POST", body: "much" };

test("a preview whose gateway hangs is given up before its visitor gives up", async (t) => {
  assert.equal(await givenUpAfter(t, "/"), 10);
});

test("so is what its page says, though it has a body", async (t) => {
  assert.equal(await givenUpAfter(t, "/__fleet/ack", UPLOAD), 10);
});

test("what an app has to answer may take longer", async (t) => {
  assert.equal(await givenUpAfter(t, "/api/entities/orders"), 100);
});

test("an upload to an app is not cut", async (t) => {
  assert.equal(await givenUpAfter(t, "/api/storage/film", UPLOAD), "never");
});

test("who asks is told inwards: as workerd knows the connection, or as Cloudflare says", async () => {
  /** @type {Fetcher} */
  const address = { fetch: async (request) => new Response(request.headers.get("x-edge-address")) };
  for (const [cf, expected] of [
    [{ clientIp: "8.8.8.8:5000" }, "8.8.8.8"],
    [{ clientIp: "[2606:4700::1]:5000" }, "2606:4700::1"],
    [{ country: "DE" }, "9.9.9.9"],
  ]) {
    const request = new Request("http://preview-shop.localhost/", { headers: { "cf-connecting-ip": "9.9.9.9" } });
    const answer = await worker.fetch(Object.assign(request, { cf }), { ...env, PREVIEW: address });
    assert.equal(await answer.text(), expected);
  }
});
