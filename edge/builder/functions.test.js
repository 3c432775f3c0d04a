import assert from "node:assert/strict";
import { test } from "node:test";
import { functionsOf, router } from "./functions.js";

/** @param {Record<string, string>} files @returns {Promise<(path: string, method?: string, env?: object) => Promise<string>>} */
async function serving(files) {
  let script = router(functionsOf(Object.keys(files)));
  for (const [path, code] of Object.entries(files)) {
    script = script.replace(JSON.stringify(`/${path}`), () =>
      JSON.stringify(`data:text/javascript,${encodeURIComponent(code)}`),
    );
  }
  const { default: worker } = await import(`data:text/javascript,${encodeURIComponent(script)}`);
  return async (path, method = "GET", env = {}) => {
    const answer = await worker.fetch(new Request(`http://app${path}`, { method }), env, { waitUntil() {} });
    return `${answer.status} ${await answer.text()}`;
  };
}

/** @param {string} text */
const says = (text) =>
  `export const onRequest = ({ params }) => new Response(${JSON.stringify(text)} + JSON.stringify(params));`;

test("each file answers under its path, and what says most of it comes first", async () => {
  const ask = await serving({
    "functions/api/[[rest]].ts": says("rest"),
    "functions/api/[id].ts": says("one"),
    "functions/api/new.ts": says("new"),
    "functions/index.ts": says("index"),
    "functions/api/new.test.ts": "throw new Error('a test is no function')",
  });
  assert.equal(await ask("/api/new"), "200 new{}");
  assert.equal(await ask("/api/a%20b"), '200 one{"id":"a b"}');
  assert.equal(await ask("/api/a/b"), '200 rest{"rest":["a","b"]}');
  assert.equal(await ask("/"), "200 index{}");
  assert.equal(await ask("/other"), "404 Not found");
});

test("a method has its own handler, and what nobody answers goes to the assets", async () => {
  const ask = await serving({ "functions/boat.js": "export const onRequestPost = () => new Response('sailed');" });
  assert.equal(await ask("/boat", "POST"), "200 sailed");
  const ASSETS = { fetch: async () => new Response("a file") };
  assert.equal(await ask("/boat", "GET", { ASSETS }), "200 a file");
});

test("what lies between sees all below it, from the outside in, and may answer itself", async () => {
  const wrap = (/** @type {string} */ name) =>
    `export const onRequest = async ({ next, request }) => request.url.endsWith("/no") && "${name}" === "in"
      ? new Response("stopped", { status: 403 }) : new Response("${name}(" + (await (await next()).text()) + ")");`;
  const ask = await serving({
    "functions/_middleware.ts": wrap("out"),
    "functions/api/_middleware.ts": wrap("in"),
    "functions/api/boat.ts": "export const onRequest = () => new Response('boat');",
  });
  assert.equal(await ask("/api/boat"), "200 out(in(boat))");
  assert.equal(await ask("/api/no"), "200 out(stopped)");
});
