import assert from "node:assert/strict";
import { test } from "node:test";
import { fileCompiler } from "./compile.js";
import { compileCssModule, compileStylesheet } from "./stylesheet.js";
import { reportOf, run } from "./testing/bodies.js";
import { rebase } from "./urls.js";

test("a CSS module offers its classes as default and by name, and what it composes with them", async () => {
  const source = ".card { color: red } .big-card { composes: card; composes: base from './base.module.css'; }";
  const { code, css, exports, imports } = compileCssModule("src/a.module.css", source);
  const { exports: classes } = await run(code, { "./base.module.css": { default: { base: "_base_1" } } });
  assert.deepEqual(exports, ["default", "big-card", "card"]);
  assert.deepEqual(imports, [{ spec: "./base.module.css", dynamic: false, names: ["default"] }]);
  assert.equal(classes.card, classes.default.card);
  assert.equal(classes.default["big-card"], `${classes["big-card"].split(" ")[0]} ${classes.card} _base_1`);
  assert.ok(css.includes(`.${classes.card} {`));
});

test("the classes of a CSS module keep their names when it is edited, and differ from another file's", () => {
  const names = (/** @type {string} */ path, /** @type {string} */ body) =>
    compileCssModule(path, `.a { ${body} }`).code;
  assert.equal(names("src/a.module.css", "color: red"), names("src/a.module.css", "color: blue"));
  assert.notEqual(names("src/a.module.css", "color: red"), names("src/b.module.css", "color: red"));
});

test("a broken CSS module has its line", async () => {
  const report = await reportOf(() => compileCssModule("src/a.module.css", ".a { color: red }\n.b { colr red }"));
  assert.deepEqual([report.file, report.line], ["src/a.module.css", 2]);
});

test("a stylesheet says what it imports and whether Tailwind has work in it", () => {
  const { imports, tailwind } = compileStylesheet(
    '@import "./a.css"; /* @import "./no.css"; @apply x */ @import url(https://x.y/z.css);',
  );
  assert.deepEqual(imports, [{ spec: "./a.css", dynamic: false, names: [] }]);
  assert.equal(tailwind, false);
  assert.equal(compileStylesheet('@import "tailwindcss" prefix(tw);').tailwind, true);
  assert.equal(compileStylesheet(".a { @apply p-4 }").tailwind, true);
});

test("relative addresses point at where the app's files are served", () => {
  const source = `.a { background: url(./img/a.png), url("../b.svg#c"), url(/d.png), url('data:x'), url(https://e.f/g), url(#h), url(@/i.png) }`;
  const expected = `.a { background: url("/src/ui/img/a.png"), url("/src/b.svg#c"), url(/d.png), url('data:x'), url(https://e.f/g), url(#h), url("/src/i.png") }`;
  assert.equal(rebase(source, "src/ui/x.css"), expected);
});

test("JSON offers the whole and what is a name", async () => {
  const compile = fileCompiler();
  const { code, exports } = /** @type {{code: string, exports: string[]}} */ (
    compile({ path: "src/a.json", source: '{"a": [1], "b-c": 2, "default": 3}' })
  );
  assert.deepEqual(exports, ["default", "a"]);
  const { exports: values } = await run(code);
  assert.deepEqual(values.default, { a: [1], "b-c": 2, default: 3 });
  assert.equal(values.a, values.default.a);
});

test("JSON may have the names that every object has", async () => {
  const source = '{"__proto__": {"a": 1}, "constructor": 2, "then": 3, "toString": 4}';
  const { code, exports } = /** @type {{code: string, exports: string[]}} */ (
    fileCompiler()({ path: "src/a.json", source })
  );
  assert.deepEqual(exports, ["default", "__proto__", "constructor", "then", "toString"]);
  const { exports: values } = await run(code);
  const got = ["__proto__", "constructor", "then", "toString"].map((name) => values[name]);
  assert.deepEqual(got, [{ a: 1 }, 2, 3, 4]);
  assert.equal(Object.getPrototypeOf(values.default), Object.prototype);
});

test("broken JSON has its place", async () => {
  const report = await reportOf(() => fileCompiler()({ path: "src/a.json", source: '{\n  "a": 1,\n  "b" 2\n}' }));
  assert.deepEqual([report.line, report.column], [3, 7]);
});

test("files of every kind are told apart", () => {
  const compile = fileCompiler();
  const kinds = ["a.tsx", "a.mjs", "a.json", "a.css", "a.module.scss", "a.html", "a.d.ts"].map((path) =>
    compile({ path, source: path.endsWith("json") ? "{}" : "" }),
  );
  assert.deepEqual(
    kinds.map((one) => /** @type {{kind: string}} */ (one).kind),
    ["module", "module", "module", "css", "css-module", "text", "text"],
  );
});

test("candidates are all that Tailwind itself would find", async () => {
  const { Scanner } = await import("@tailwindcss/oxide");
  const content = `<p className={cn("p-4 hover:bg-red-500/50", on ? 'max-w-[37px]' : \`[&>svg]:m-2 grid-cols-[1fr_auto]\`)} data-x="before:content-['hi_there'] p-4" />`;
  const { candidates } = /** @type {{candidates: string[]}} */ (
    fileCompiler()({ path: "a.tsx", source: `export const A = () => ${content}` })
  );
  const expected = new Scanner({ sources: [] }).scanFiles([
    { content: `export const A = () => ${content}`, extension: "tsx" },
  ]);
  assert.deepEqual(candidates.sort(), expected.sort());
});
