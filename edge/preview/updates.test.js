import assert from "node:assert/strict";
import { test } from "node:test";
import { absence, backoff, Updates } from "./updates.js";

/** @param {string} text */
const stream = (text) => new Response(text, { headers: { "content-type": "text/event-stream" } });

test("each try in a row waits longer, up to ten seconds, and never the same", () => {
  assert.equal(backoff(0, 1), 100);
  assert.equal(backoff(0, 0), 50);
  assert.equal(backoff(3, 1), 800);
  assert.equal(backoff(50, 1), 10_000);
});

test("each connection goes on from where the page is", async () => {
  /** @type {string[]} */
  const asked = [];
  /** @type {unknown[]} */
  const taken = [];
  /** @type {number[]} */
  const lost = [];
  let rev = 0;
  const answers = [
    () => stream('event: update\ndata: {"n":1}\n\nevent: update\ndata: {"n":2}\n\n'),
    () => Promise.reject(new TypeError("refused")),
    () => new Response("away", { status: 503 }),
    () => stream('event: update\ndata: {"n":3}\n\n'),
  ];
  const updates = new Updates({
    url: () => `/updates?rev=${rev}`,
    take: (event, { n }) => {
      rev = n;
      taken.push([event, n]);
      if (n === 3) updates.close();
    },
    lost: (status) => lost.push(status),
    fetch: /** @type {any} */ (
      async (/** @type {string} */ url) => {
        asked.push(url);
        return answers[asked.length - 1]();
      }
    ),
    random: () => 0,
  });
  await updates.follow();
  assert.deepEqual(asked, ["/updates?rev=0", "/updates?rev=2", "/updates?rev=2", "/updates?rev=2"]);
  assert.deepEqual(taken, [
    ["update", 1],
    ["update", 2],
    ["update", 3],
  ]);
  assert.deepEqual(lost, [200, 0, 503]);
});

test("a page that was sent away comes back when it was told to, and after a long visit at once", async (t) => {
  t.mock.timers.enable({ apis: ["setInterval", "setTimeout", "Date"] });
  /** @type {number[]} */
  const came = [];
  /** @type {(() => void)[]} */
  const ends = [];
  const updates = new Updates({
    url: () => "/updates",
    take: () => {},
    random: () => 0,
    fetch: /** @type {any} */ (
      async () => {
        came.push(Date.now());
        return new Response(
          new ReadableStream({
            start: (controller) => {
              controller.enqueue(new TextEncoder().encode("retry: 15000\n\n"));
              ends.push(() => controller.close());
            },
          }),
        );
      }
    ),
  });
  const followed = updates.follow();
  /** @param {number} milliseconds */
  const pass = async (milliseconds) => {
    for (let n = 0; n < milliseconds / 50; n++) {
      for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
      t.mock.timers.tick(50);
    }
  };
  await pass(50);
  ends[0]();
  await pass(14_500);
  assert.equal(came.length, 1);
  await pass(1_000);
  assert.equal(came.length, 2);
  await pass(10_000);
  ends[1]();
  await pass(500);
  assert.equal(came.length, 3);
  updates.close();
  ends[2]();
  await followed;
});

test("ten thousand that were sent away do not come back at once", () => {
  assert.deepEqual([absence(15_000, 0), absence(15_000, 1), absence(0, 1)], [15_000, 22_500, 0]);
});

test("a stream that says nothing any more is left for another", async (t) => {
  t.mock.timers.enable({ apis: ["setInterval", "setTimeout", "Date"] });
  let connections = 0;
  /** @type {(value?: unknown) => void} */
  let begun = () => {};
  const updates = new Updates({
    url: () => "/updates",
    take: () => {},
    opened: () => begun(),
    fetch: /** @type {any} */ (
      async (/** @type {string} */ _, /** @type {{signal: AbortSignal}} */ { signal }) => {
        connections++;
        const body = new ReadableStream({
          start: (controller) => signal.addEventListener("abort", () => controller.error(signal.reason)),
        });
        return new Response(body);
      }
    ),
  });
  const opened = () => new Promise((resolve) => (begun = resolve));
  let open = opened();
  const followed = updates.follow();
  await open;
  open = opened();
  t.mock.timers.tick(44_000);
  assert.equal(connections, 1);
  t.mock.timers.tick(20_000);
  // The pause before the next try begins some promises later.
  while (connections === 1) {
    await new Promise((resolve) => setImmediate(resolve));
    t.mock.timers.tick(100);
  }
  await open;
  assert.equal(connections, 2);
  updates.close();
  await followed;
});
