import assert from "node:assert/strict";
import { test } from "node:test";
import { fitting, Reporter } from "./report.js";
import { Throttle } from "./throttle.js";

/** @param {boolean[]} answers */
function origin(answers = []) {
  /** @type {{path: string, body: any}[]} */
  const heard = [];
  const post = async (/** @type {string} */ path, /** @type {string} */ body) => {
    heard.push({ path, body: JSON.parse(body) });
    return answers.shift() ?? true;
  };
  return { heard, post };
}

test("a revision is acknowledged once, and again only if nobody heard it", async () => {
  const { heard, post } = origin([true, false, true]);
  const reporter = new Reporter("n", post);
  await reporter.acknowledge("e.1");
  await reporter.catchUp();
  await reporter.acknowledge("e.2");
  await reporter.catchUp();
  await reporter.catchUp();
  assert.deepEqual(
    heard.map(({ body }) => body),
    ["e.1", "e.2", "e.2"].map((rev) => ({ rev, nonce: "n" })),
  );
});

test("what an old nonce could not say is said with the new one, at once or when it comes", async () => {
  const { heard, post } = origin([false, true, false, true]);
  const reporter = new Reporter("old", post);
  const early = reporter.acknowledge("e.1");
  await Promise.all([early, reporter.renew("new")]); // it comes before the answer
  await reporter.acknowledge("e.2");
  await reporter.renew("newer");
  assert.deepEqual(
    heard.map(({ body }) => [body.rev, body.nonce]),
    [
      ["e.1", "old"],
      ["e.1", "new"],
      ["e.2", "new"],
      ["e.2", "newer"],
    ],
  );
  await reporter.error("e.2", { message: "late" });
  assert.equal(heard.at(-1)?.body.nonce, "newer");
});

test("a report fits into 4,096 bytes of any alphabet and keeps what matters", () => {
  for (const letter of ["x", "€", "😀", '"', "\\"]) {
    const text = fitting({ rev: "e.1", nonce: "n", message: letter.repeat(9000), stack: letter.repeat(9000), line: 3 });
    assert.ok(new TextEncoder().encode(text).length <= 4096);
    assert.equal(JSON.parse(text).line, 3);
    assert.ok(JSON.parse(text).message.length > 200);
  }
  const short = { rev: "e.1", message: "no", stack: "at x" };
  assert.deepEqual(JSON.parse(fitting(short)), short);
});

test("a flood is held back, and a minute later some more may pass", () => {
  const throttle = new Throttle(0);
  const passed = (/** @type {number} */ now) =>
    Array.from({ length: 30 }, (_, n) => `${now}-${n}`).filter((key) => throttle.admits(key, now)).length;
  assert.equal(passed(0), 10);
  assert.equal(passed(5_999), 0);
  assert.equal(passed(12_000), 2);
  assert.equal(passed(10 * 60_000), 10);
  assert.equal(throttle.admits("0-0", 20 * 60_000), false);
});
