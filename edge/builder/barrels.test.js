import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Barrels } from "./barrels.js";

/** @type {string} */
let folder;
/** @type {Barrels} */
let barrels;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "barrels-"));
  const names = Array.from(
    { length: 40 },
    (_, at) => `export { default as Icon${at}, default as Old${at} } from "./icons/${at}.js";`,
  );
  const list = [...names, `import * as icons from "./icons/index.js";`, "export { icons };"].join("\n");
  for (const [name, free, text] of [
    ["icons", true, list],
    ["busy", false, list],
    ["few", true, 'export { one } from "./one.js";'],
  ]) {
    await mkdir(join(folder, "node_modules", String(name)), { recursive: true });
    await writeFile(join(folder, "node_modules", String(name), "package.json"), JSON.stringify({ sideEffects: !free }));
    await writeFile(join(folder, "node_modules", String(name), "index.js"), String(text));
  }
  barrels = new Barrels(folder, async (spec) => join(folder, "node_modules", spec, "index.js"));
});
after(() => rm(folder, { recursive: true }));

test("what is listed is taken from where it is, and a line stays a line", async () => {
  assert.equal(
    await barrels.without('import { Icon1, Old2 as Two } from "icons";\nuse(Icon1, Two);'),
    'import { default as Icon1 } from "fleet-file:node_modules/icons/icons/1.js"; import { default as Two } from "fleet-file:node_modules/icons/icons/2.js";\nuse(Icon1, Two);',
  );
});

test("what is not listed still comes from the list", async () => {
  assert.equal(
    await barrels.without('import { Icon1, icons } from "icons";'),
    'import { default as Icon1 } from "fleet-file:node_modules/icons/icons/1.js"; import { icons as icons } from "icons";',
  );
});

test("a package that may do something by being imported is left alone, and one whose list is short", async () => {
  for (const code of ['import { Icon1 } from "busy";', 'import { one } from "few";', 'import * as all from "icons";']) {
    assert.equal(await barrels.without(code), code);
  }
});
