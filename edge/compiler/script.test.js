import assert from "node:assert/strict";
import { before, test } from "node:test";
import { init } from "es-module-lexer";
import { compileScript } from "./script.js";
import { originOf, reportOf, run } from "./testing/bodies.js";

before(() => init);

const JSX = {
  "react/jsx-dev-runtime": { jsxDEV: (/** @type {unknown} */ kind, /** @type {object} */ props) => ({ kind, props }) },
};

test("a component becomes a body whose names are those that the page passes", async () => {
  const { code } = compileScript("src/App.tsx", "export function App() { return <p className='a'>hi</p>; }");
  const { exports } = await run(code, JSX);
  assert.deepEqual(exports.App(), { kind: "p", props: { className: "a", children: "hi" } });
});

test("what oxc prints for Vite is what the page and the contract count on", () => {
  const { code } = compileScript(
    "a.ts",
    "import { b } from './b'; export const c = b; export * from './d'; import('./e'); import.meta.env;",
  );
  assert.match(
    code,
    /^Object\.defineProperty\(__vite_ssr_exports__, "c", \{\n\tenumerable: true,\n\tconfigurable: true,\n\tget\(\)/,
  );
  assert.match(
    code,
    /const __vite_ssr_import_0__ = await __vite_ssr_import__\("\.\/b", \{ importedNames: \["b"\] \}\);/,
  );
  assert.match(code, /__vite_ssr_exportAll__\(__vite_ssr_import_1__\);/);
  assert.match(code, /__vite_ssr_dynamic_import__\("\.\/e"\);/);
  assert.match(code, /__vite_ssr_import_meta__\.env;/);
});

test("components register for Fast Refresh, and hooks are signed", async () => {
  const source =
    "import { useState } from 'react'; export const App = () => { const [n] = useState(0); return <p>{n}</p>; };";
  const { code } = compileScript("src/App.tsx", source);
  const { registered } = await run(code, { ...JSX, react: { useState: () => [0] } });
  assert.deepEqual(registered, ["App"]);
  assert.match(code, /_s\(App, "[^"]+"\);/);
});

test("types leave nothing behind, and with them the imports of types", () => {
  const source =
    "import type { A } from './a'; import { B } from './b'; import './c.css'; export const d: A & B = {} as never; enum E { F } console.log(E.F);";
  const { imports } = compileScript("a.ts", source);
  assert.deepEqual(imports, [{ spec: "./c.css", dynamic: false, names: [] }]);
});

test("imports name what they ask for, once for each specifier", () => {
  const source = `import a, { b as c, default as d } from "./x"; import * as e from "./y"; import f, * as g from "./z";
    import { "h i" as j } from "./x"; export { k as l } from "./re"; export * as m from "./ns"; export * from "./all";
    import("./later"); const n = "p"; import(\`./pages/\${n}.tsx\`); console.log(a, c, d, e, f, g, j);`;
  const { imports, exports } = compileScript("a.ts", source);
  const asked = Object.fromEntries(
    imports.map(({ spec, dynamic, names }) => [`${dynamic ? "later " : ""}${spec}`, names.sort()]),
  );
  assert.deepEqual(asked, {
    "./x": ["b", "default", "h i"],
    "./y": ["*"],
    "./z": ["*", "default"],
    "./re": ["k"],
    "./ns": ["*"],
    "./all": ["*"],
    "later ./later": ["*"],
    "later ./pages/*.tsx": ["*"],
  });
  assert.equal(imports.find((one) => one.spec.includes("pages"))?.glob, true);
  assert.deepEqual(exports.sort(), ["*:./all", "l", "m"]);
});

test("a default and a namespace of one import both arrive", async () => {
  const { code } = compileScript("a.ts", 'import a, * as b from "./x"; export const c = [a, b.d];');
  const { exports } = await run(code, { "./x": { default: 1, d: 2 } });
  assert.deepEqual(exports.c, [1, 2]);
});

test("every form of export is named", () => {
  const source =
    "export const { a, b: [c] } = x; export let d = 1, e; export default class {} export function f() {} export class G {} export enum H { I } const j = 1; export { j as k };";
  assert.deepEqual(compileScript("a.ts", `declare const x: any; ${source}`).exports.sort(), [
    "G",
    "H",
    "a",
    "c",
    "d",
    "default",
    "e",
    "f",
    "k",
  ]);
});

test("a module says whether it accepts its own update", () => {
  assert.equal(compileScript("a.ts", "if (import.meta.hot) import.meta.hot.accept();").accepts, true);
  assert.equal(compileScript("a.ts", "import.meta.hot?.accept(() => {});").accepts, true);
  assert.equal(compileScript("a.ts", "import.meta.hot?.dispose(() => {});").accepts, false);
  assert.equal(compileScript("a.ts", "const text = 'import.meta.hot.accept()';").accepts, false);
});

test("globs are read from literals, under the key that the page makes of the same", async () => {
  const source =
    "export const g = import.meta.glob<{ a: 1 }>(['./a/*.tsx', '!./a/b.tsx'], { eager: true, query: '?raw' }); export const h = import.meta.glob('./c/*');";
  const { globs, code } = compileScript("a.ts", source);
  /** @type {string[]} */
  const keys = [];
  const glob = (/** @type {string | string[]} */ patterns, options = {}) =>
    keys.push(`glob:${JSON.stringify([[patterns].flat(), options])}`);
  await run(code, {}, { glob });
  assert.deepEqual(
    globs.map((one) => one.key),
    keys,
  );
  assert.deepEqual(globs[0].patterns, ["./a/*.tsx", "!./a/b.tsx"]);
  assert.deepEqual(globs[0].options, { eager: true, query: "?raw" });
});

test("a glob of something else than literals is a problem at its place", async () => {
  const report = await reportOf(() => compileScript("a.ts", "const a = './*';\n\n  const b = import.meta.glob(a);"));
  assert.deepEqual(
    [report.line, report.column, report.message],
    [3, 13, "import.meta.glob takes nothing but literals"],
  );
});

test("the map leads from the body to the line and the column of the original", () => {
  const source =
    "import type { A } from './a';\n\ninterface P { a: A }\n\nexport function App({ a }: P) {\n  const answer: number = compute(a);\n  return <p title='müßig'>{answer}</p>;\n}\n";
  const compiled = compileScript("src/App.tsx", source);
  assert.deepEqual(originOf(compiled, "compute("), { file: "src/App.tsx", line: 6, column: 26 });
  assert.deepEqual(originOf(compiled, "title:"), { file: "src/App.tsx", line: 7, column: 13 });
  assert.deepEqual(JSON.parse(compiled.map).sourcesContent, [source]);
});

test("a syntax error has its line, its column and a frame, whatever stands before it", async () => {
  const report = await reportOf(() =>
    compileScript(
      "src/App.tsx",
      'const é = "日本語 🎉";\nexport const A = () => (\n  <div title="ü">{é é}</div>\n);\n',
    ),
  );
  assert.deepEqual([report.file, report.line, report.column], ["src/App.tsx", 3, 21]);
  assert.match(report.message, /^Expected/);
  assert.equal(report.frame.split("\n")[2], '> 3 |   <div title="ü">{é é}</div>');
  assert.equal(report.frame.split("\n")[3], `    | ${" ".repeat(20)}^`);
});

/** @type {[string, string, number][]} */
const doubtful = [
  ["a broken regular expression", "const a = 1;\nconst b = /(/;\n", 2],
  ["a broken regular expression behind a product", "const a = 1;\nconst b = a * /(/;\n", 2],
  ["a broken regular expression that is returned", "const a = () => {\n  return /(/;\n};\n", 2],
  ["a decorator", "const a = 1;\n@a class B {}\n", 2],
  ["a name of ours", "const a = 1;\n\nconst __vite_ssr_exports__ = a;\n", 3],
  ["a name of Fast Refresh", "const $RefreshReg$ = 1;\n", 1],
  ["nesting that no browser can parse", `export const a = ${"<b>".repeat(4000)}${"</b>".repeat(4000)};`, 1],
];
for (const [what, source, line] of doubtful) {
  test(`${what} is a problem of its file, for it would stop the whole registry`, async () => {
    const report = await reportOf(() => compileScript("a.tsx", source));
    assert.equal(report.line, line);
    assert.ok(report.message);
  });
}

test("sloppy words that modules forbid are problems too", async () => {
  for (const source of ["with (a) {}", "const yield = 1;", "delete a;", "return 1;", "eval = 1;"]) {
    assert.equal((await reportOf(() => compileScript("a.js", source))).line, 1, source);
  }
});

test("JSX in a .js file, a hashbang and top-level await pass", async () => {
  const { code } = compileScript("a.js", "#!/usr/bin/env node\nexport const a = await Promise.resolve(<b/>);");
  const { exports } = await run(code, JSX);
  assert.equal(exports.a.kind, "b");
});

test("names that the app defines are put in, but not where they are somebody else's", async () => {
  const source = "export const a = [__V__, process.env.NODE_ENV]; export const b = ((__V__) => __V__)(2);";
  const { exports } = await run(compileScript("src/a.ts", source, { __V__: '"1.2"' }).code);
  assert.deepEqual([exports.a, exports.b], [["1.2", "development"], 2]);
});

test("workers are made of addresses that the page gives", () => {
  const source = `const a = new Worker(new URL("./w.ts", import.meta.url), { type: "module" });
const b = new SharedWorker(new URL('../s.ts', import.meta.url)); const c = new URL("./i.png", import.meta.url);
const d = new Worker(new URL("https://x.test/w.js", import.meta.url)); const e = new Worker(new URL(name, import.meta.url));`;
  const { code, imports } = compileScript("src/a.ts", source);
  assert.deepEqual(imports, [
    { spec: "./w.ts", dynamic: true, names: ["*"] },
    { spec: "../s.ts", dynamic: true, names: ["*"] },
  ]);
  assert.match(code, /new Worker\(__vite_ssr_import_meta__\.worker\("\.\/w\.ts"\), \{ type: "module" \}\)/);
  assert.match(code, /new SharedWorker\(__vite_ssr_import_meta__\.worker\("\.\.\/s\.ts"\)\)/);
  assert.equal(code.match(/new URL/g)?.length, 3);
});
