import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { Build } from "./build.js";

/** @type {string} */
let home;
const PACKAGES = {
  "outside/script.js": 'import secret from "../../../secret.json"; console.log(secret);',
  "outside/sheet.css": '@import "../../../secret.css";',
  "good/sheet.css": '@import "./other.css"; .good { background: url(./big.png) }',
  "good/other.css": ".other { color: red }",
  "good/big.png": "x".repeat(5000),
};

before(async () => {
  home = await mkdtemp(join(tmpdir(), "built-"));
  const texts = Object.entries(PACKAGES).map(([path, text]) => [join("tree/node_modules", path), text]);
  for (const [path, text] of [...texts, ["secret.json", '{"secret":1}'], ["secret.css", "a{b:c}"]]) {
    await mkdir(dirname(join(home, path)), { recursive: true });
    await writeFile(join(home, path), text);
  }
});
after(() => rm(home, { recursive: true }));

/** @param {Record<string, string>} files */
async function made(files) {
  const request = {
    files,
    binary: [],
    virtual: {},
    idle: {},
    entry: "main.ts",
    page: ["<head>", "</head>"],
    paths: {},
  };
  const rest = { define: {}, env: {}, tailwind: {}, styles: {}, target: ["es2022"], options: {}, server: "" };
  const build = new Build(/** @type {any} */ ({ ...request, ...rest }));
  await build.scan(join(home, "tree"));
  const { files: served } = await build.make(join(home, "tree"), () => {});
  return Object.fromEntries(served.map(({ name, bytes }) => [name.replace(/-[0-9a-f]{8}\./, "."), bytes.toString()]));
}

test("no package brings in what lies outside of its folder", async () => {
  for (const spec of ["outside/script.js", "outside/sheet.css"]) {
    await assert.rejects(
      made({ "main.ts": `import ${JSON.stringify(spec)};` }),
      /reaches outside of its folder: secret/,
    );
  }
  const sheet = { "main.ts": 'import "./main.css";', "main.css": '@import "outside/sheet.css";' };
  await assert.rejects(made(sheet), /reaches outside of its folder: secret/);
});

test("a package's sheet brings what it imports and shows, whoever imports it", async () => {
  const sheet = /\.other\{color:red\}\.good\{background:url\(\/assets\/big-[0-9a-f]{8}\.png\)\}/;
  const byScript = await made({ "main.ts": 'import "good/sheet.css";' });
  assert.match(byScript["assets/index.css"], sheet);
  assert.equal(byScript["assets/big.png"], PACKAGES["good/big.png"]);
  const bySheet = await made({ "main.ts": 'import "./main.css";', "main.css": '@import "good/sheet.css";' });
  assert.match(bySheet["assets/index.css"], sheet);
});

test("a class is made of others, also of another file's", async () => {
  const built = await made({
    "main.ts": 'import { both } from "./a.module.css"; document.title = both;',
    "a.module.css": '.one { color: red } .both { composes: one; composes: two from "./b.module.css"; margin: 0 }',
    "b.module.css": ".two { color: blue }",
  });
  const script = built["assets/index.js"];
  const names = [/"(_both_\w+) _one_/, /"_both_\w+ (_one_\w+) "\+/, /two:"(_two_\w+)"/].map(
    (one) => one.exec(script)?.[1],
  );
  assert.ok(names.every(Boolean), script);
  for (const name of names) assert.ok(built["assets/index.css"].includes(`.${name}{`), built["assets/index.css"]);
});
