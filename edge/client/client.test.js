import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError, createClient } from "./client.js";

const USER = { user_id: "u", email: "ann@example.com", anonymous: false };

/**
 * A server that tells what it was asked, and answers what it is told.
 *
 * @param {(asked: {method: string, path: string, bearer: string | null, body: any}) => [number, unknown]} answer
 */
function server(answer) {
  /** @type {any[]} */
  const asked = [];
  const kept = new Map();
  const store = {
    /** @param {string} key */
    getItem: (key) => kept.get(key) ?? null,
    /** @param {string} key @param {string} value */
    setItem: (key, value) => void kept.set(key, value),
    /** @param {string} key */
    removeItem: (key) => void kept.delete(key),
  };
  /** @param {any} path @param {any} init */
  const send = async (path, init) => {
    const body = init.body ? JSON.parse(init.body) : undefined;
    const one = { method: init.method, path, bearer: init.headers.get("authorization"), body };
    asked.push(one);
    const [status, said] = answer(one);
    const type = { "content-type": status < 400 ? "application/json" : "application/problem+json" };
    return new Response(said === null ? null : JSON.stringify(said), { status, headers: type });
  };
  return { asked, client: createClient({ fetch: send, store }) };
}

let sessions = 0;
/** @param {number} seconds */
const session = (seconds) => {
  sessions += 1;
  const expires = { expires_in: seconds, expires_at: 5 };
  return { access_token: `access-${sessions}`, refresh_token: `refresh-${sessions}`, ...expires, user: USER };
};

test("who has signed in asks with a token, and hears of it", async () => {
  const { asked, client } = server(({ path }) => (path.includes("auth") ? [200, session(3600)] : [200, { rows: [] }]));
  /** @type {any[]} */
  const heard = [];
  client.auth.onChange((user) => heard.push(user?.email));
  assert.deepEqual(await client.auth.signIn("ann@example.com", "secret"), USER);
  await client.from("to dos").list({ where: { age: ["gte.1", "lt.9"] }, order: "age.desc", limit: 5, count: true });
  await client.auth.signOut();
  assert.equal(asked[1].path, "/api/entities/to%20dos?age=gte.1&age=lt.9&order=age.desc&limit=5&count=exact");
  assert.match(asked[1].bearer, /^Bearer access-/);
  assert.deepEqual([heard, client.auth.user], [["ann@example.com", undefined], null]);
});

test("a session that ends is renewed once, however many ask", async () => {
  const { asked, client } = server(({ path }) =>
    path.endsWith("sign-in") ? [200, session(1)] : path.endsWith("refresh") ? [200, session(3600)] : [200, {}],
  );
  await client.auth.signIn("ann@example.com", "secret");
  await Promise.all([client.from("a").get("1"), client.from("a").get("2"), client.from("a").get("3")]);
  assert.equal(asked.filter((one) => one.path.endsWith("refresh")).length, 1);
  assert.equal(new Set(asked.slice(-3).map((one) => one.bearer)).size, 1);
});

test("a session that is over is forgotten, and the question asked as nobody", async () => {
  const { asked, client } = server(({ path, bearer }) =>
    path.endsWith("sign-in") ? [200, session(1)] : [bearer ? 200 : 401, { status: 401, detail: "sign in first" }],
  );
  await client.auth.signIn("ann@example.com", "secret");
  await assert.rejects(client.from("a").get("1"), ApiError);
  assert.equal(client.auth.session, null);
  assert.equal(asked.at(-1).bearer, null);
});

test("an error says what the server says", async () => {
  const errors = [{ field: "title", reason: "is missing" }];
  const { client } = server(() => [422, { status: 422, detail: "title: is missing", errors }]);
  await assert.rejects(client.from("todos").insert({}), { name: "ApiError", status: 422, message: /title/, errors });
});
