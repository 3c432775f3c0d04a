import assert from "node:assert/strict";
import { test } from "node:test";
import { refuseExpansion } from "./expansion.js";
import { refuseDeep } from "./nesting.js";
import { reportOf } from "./testing/bodies.js";

const deep = (/** @type {string} */ css) => reportOf(() => refuseDeep(css, "a.css"));

/** @type {Record<string, string>} */
const BOMBS = {
  "rules without end": `.b {}\n${".a{".repeat(20_000)}`,
  "brackets without end": `.b {}\n:is(${":not(".repeat(20_000)}`,
  "selectors that double": `.b {}\n${".a,.b{&".repeat(30)}`,
  "references that double": `.b {}\n.a{${"& &{".repeat(30)}`,
  "what only seems to be closed": `.b {}\n${'.a{--x:(});--y:"\\"}";--z:url(a"});/*}*/'.repeat(300)}`,
};

for (const [name, css] of Object.entries(BOMBS)) {
  test(`${name} are refused at their place`, async () => {
    const { file, line, message } = await deep(css);
    assert.equal(file, "a.css");
    assert.equal(line, 2);
    assert.match(message, /nested/);
  });
}

test("what people write is let through", () => {
  const list = Array.from({ length: 500 }, (_, n) => `.a${n}`).join();
  const nested = `${list}{&:hover,.b &{@media (width>1px){&{color:red}}}}`;
  refuseDeep(
    `${"@media all{.a{color:red}}".repeat(5_000)}${nested}.c{background:url(data:a;b,{{{)}${"}".repeat(9)}`,
    "a.css",
  );
  refuseDeep(`.a{width:calc(${"(".repeat(100)}1px${")".repeat(100)})}`, "a.css");
});

test("classes that are written out are counted before that", async () => {
  const refused = (/** @type {string} */ pattern) =>
    reportOf(() => refuseExpansion(`.a {}\n@source inline("${pattern}");`, "a.css"));
  assert.equal((await refused("{a,b}".repeat(40))).line, 2);
  assert.match((await refused("p-{1..999999999}")).message, /more than 20000 classes/);
  assert.match((await refused("{a,{b,c{1..100}}}".repeat(3))).message, /more than 20000 classes/);
  refuseExpansion(`@source inline("{hover:,focus:,}{bg,text}-{red,blue,green}-{50,{100..900..100},950}");`, "a.css");
  refuseExpansion(`@source inline("a"); .b { content: "{a,b}{a,b}" }`, "a.css");
});
