import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { Pointers } from "./pointers.js";
import { choose, signed } from "./release.js";

const KEY = "k".repeat(48);
const ID = "ab".repeat(32);

/** @param {string} app @param {number} expiry */
const header = (app, expiry, key = KEY) =>
  `${ID}.${expiry}.${createHmac("sha256", key).update(`${app}.production.${ID}.${expiry}`).digest("hex")}`;

const soon = Math.floor(Date.now() / 1000) + 60;

test("a release can be asked for with our key, for this app, and not for ever", async () => {
  assert.equal(await signed(header("demo", soon), "demo", "production", KEY), ID);
  const refused = [header("other", soon), header("demo", soon - 120), header("demo", soon, "guessed"), "x", ID, null];
  for (const each of refused) assert.equal(await signed(each, "demo", "production", KEY), undefined);
  assert.equal(await signed(header("demo", soon), "demo", "staging", KEY), undefined);
  assert.equal(await signed(header("demo", soon, "x"), "demo", "production", ""), undefined);
});

const pointer = { n: 4, release: "new", previous: "old", canary: { release: "try", percent: 10 } };
const visitor = (cookie = "") => new Request("https://demo.overskill.app/", { headers: { cookie } });

test("a share of the visitors is shown the canary, and keeps it", () => {
  const first = choose(pointer, visitor(), () => 0.05);
  assert.deepEqual([first.release, first.earlier], ["try", ["new", "old"]]);
  const cookie = /^fleet_bucket=5;.*; Secure$/.exec(first.cookie ?? "")?.[0] ?? "";
  assert.deepEqual(choose(pointer, visitor(`a=b; ${cookie}`)), { release: "try", earlier: ["new", "old"] });
  assert.equal(choose(pointer, visitor(), () => 0.1).release, "new");
  assert.equal(
    choose({ ...pointer, canary: { release: "try", percent: 60 } }, visitor("fleet_bucket=59")).release,
    "try",
  );
});

test("without a canary nobody is marked", () => {
  const shown = choose({ ...pointer, canary: null }, visitor("fleet_bucket=5"));
  assert.deepEqual(shown, { release: "new", earlier: ["old"] });
});

test("while nobody can say what is shown, it is what was shown last", async () => {
  const pointers = new Pointers();
  let asked = 0;
  const store = (/** @type {Response | Error} */ answer) => ({
    fetch: async () => {
      asked++;
      if (answer instanceof Error) throw answer;
      return answer.clone();
    },
  });
  const there = store(Response.json(pointer));
  assert.deepEqual(await pointers.find(there, "production/demo", 0), pointer);
  await pointers.find(there, "production/demo", 60_000);
  assert.equal(asked, 1);
  for (const away of [new Error("away"), new Response(null, { status: 500 })]) {
    assert.deepEqual(await pointers.find(store(away), "production/demo", 0), pointer);
    await assert.rejects(pointers.find(store(away), "production/other", 0));
  }
  assert.equal(await pointers.find(store(new Response(null, { status: 404 })), "production/demo", 0), undefined);
});
