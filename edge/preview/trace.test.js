import assert from "node:assert/strict";
import { test } from "node:test";
import { frame } from "./frame.js";
import { decode, original } from "./sourcemap.js";
import { places } from "./stack.js";
import { Tracer } from "./trace.js";

const ORIGIN = "http://preview-a.localhost:8787";
/** One line down, the second generated line is the third of the original. */
const MAP = { version: 3, sources: ["src/a.ts"], sourcesContent: ["one\ntwo\n\tthree\n"], mappings: ";AAAA,IAAI;CAEF" };

test("numbers are read from Base64 VLQ", () => {
  assert.deepEqual(decode("AAgBC"), [0, 0, 16, 1]);
  assert.deepEqual(decode("DFL"), [-1, -2, -5]);
  assert.deepEqual(decode("gB/B"), [16, -31]);
});

test("a place is found by the nearest segment before it, in sections too", () => {
  assert.deepEqual(original(MAP, 2, 5), { file: "src/a.ts", line: 1, column: 4, source: MAP.sourcesContent[0] });
  assert.equal(original(MAP, 1, 0), null);
  assert.equal(original(MAP, 3, 1)?.line, 3);
  const other = { ...MAP, sources: ["src/b.ts"] };
  const index = {
    sections: [
      { offset: { line: 0, column: 0 }, map: MAP },
      { offset: { line: 10, column: 0 }, map: other },
    ],
  };
  assert.equal(original(index, 2, 0)?.file, "src/a.ts");
  assert.equal(original(index, 12, 0)?.file, "src/b.ts");
});

test("the stacks of three browsers are read", () => {
  const chromium = `Error: no (really: http://x)\n    at App (${ORIGIN}/__fleet/app.js?v=e.1:10:5)\n    at ${ORIGIN}/b.js:2:1`;
  const firefox = `App@${ORIGIN}/__fleet/app.js?v=e.1:10:5\n@${ORIGIN}/b.js:2:1\n`;
  const expected = [
    { url: `${ORIGIN}/__fleet/app.js?v=e.1`, line: 10, column: 4 },
    { url: `${ORIGIN}/b.js`, line: 2, column: 0 },
  ];
  assert.deepEqual(places(chromium), expected);
  assert.deepEqual(places(firefox), expected);
  assert.deepEqual(places(undefined), []);
});

test("an error is told by the first place that is the app's", async () => {
  const tracer = new Tracer(ORIGIN, async () => new Response(null, { status: 404 }));
  tracer.remember("src/a.ts", `${ORIGIN}/src/a.ts?rev=e.2`, JSON.stringify(MAP));
  const stack = `Error: no\n    at React (${ORIGIN}/__fleet/app.js?v=e.1:1:1)\n    at a (${ORIGIN}/src/a.ts?rev=e.2:3:2)`;
  const trouble = await tracer.trace({ message: "no", stack });
  assert.deepEqual([trouble.file, trouble.line, trouble.column], ["src/a.ts", 3, 3]);
  assert.match(trouble.frame ?? "", /^> 3 \| \tthree$/m);
  assert.deepEqual(await tracer.trace("mere words"), { message: "mere words", stack: undefined, file: undefined });
});

test("a frame marks its place, also after tabs and at the edges", () => {
  assert.equal(frame("one\n\ttwo", 2, 1), "  1 | one\n> 2 | \ttwo\n    | \t^");
  assert.equal(frame("one", 1, 0), "> 1 | one\n    | ^");
});
