import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const edge = fileURLToPath(new URL("..", import.meta.url));

/**
 * One answer of a sandbox of its own.
 * @param {string} op
 * @param {Record<string, unknown>} request
 * @returns {Promise<any>}
 */
async function ask(op, request) {
  const limits = ["--permission", `--allow-fs-read=${edge}`];
  const child = spawn(process.execPath, [...limits, `${edge}compiler/sandbox.js`, op], {
    env: {},
    stdio: ["pipe", "pipe", "ignore"],
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  await lines.next();
  child.stdin.end(`${JSON.stringify({ n: 1, op, ...request })}\n`);
  const { value } = await lines.next();
  if (child.exitCode === null) await once(child, "exit");
  return value && JSON.parse(value);
}

/** @param {string} source @param {Record<string, string>} [files] */
const tailwind = (source, files = {}, path = "tailwind.config.ts") =>
  ask("evaluate", { kind: "tailwind", path, files: { ...files, [path]: source }, env: {} });

test("a configuration with functions, imports and plugins of its own becomes data", async () => {
  const source = `import type { Config } from "tailwindcss";
import defaultTheme from "tailwindcss/defaultTheme";
import { brand } from "./src/brand";
const plugin = require("tailwindcss/plugin");
const { default: flattenColorPalette } = require("tailwindcss/lib/util/flattenColorPalette");
export default { content: [], theme: { extend: {
    fontFamily: { sans: ["Inter", ...defaultTheme.fontFamily.sans] },
    colors: { brand, faded: ({ opacityValue }) => \`rgb(1 2 3 / \${opacityValue})\` },
    margin: ({ theme }) => ({ wide: theme("spacing.96") }) } },
  plugins: [require("tailwindcss-animate"), require("@tailwindcss/forms")({ strategy: "class" }), variables,
    plugin(({ matchUtilities, addVariant }) => {
      matchUtilities({ grid9: (value) => ({ gap: value }) }, { values: { a: "1px", DEFAULT: "2px" } });
      addVariant("hocus", ["&:hover", "&:focus"]);
    }, { theme: { extend: { spacing: { huge: "99rem" } } } })],
} satisfies Config;
function variables({ addBase, theme }: any) { addBase({ ":root": { "--brand": flattenColorPalette(theme("colors")).brand } }); }`;
  const { value } = await tailwind(source, { "src/brand.ts": "export const brand: string = '#123456';" });
  assert.equal(value.theme.extend.fontFamily.sans[0], "Inter");
  assert.deepEqual(value.theme.extend.colors, { brand: "#123456", faded: "rgb(1 2 3 / <alpha-value>)" });
  assert.equal(value.theme.extend.margin.wide, "24rem");
  assert.deepEqual(value.plugins, [
    { $plugin: "tailwindcss-animate" },
    { $plugin: "@tailwindcss/forms", options: { strategy: "class" } },
    { $recorded: [["addBase", { ":root": { "--brand": "#123456" } }]] },
    {
      $recorded: [
        ["addUtilities", { ".grid9-a": { gap: "1px" } }],
        ["addUtilities", { ".grid9": { gap: "2px" } }],
        ["addVariant", "hocus", ["&:hover", "&:focus"]],
      ],
      config: { theme: { extend: { spacing: { huge: "99rem" } } }, plugins: [] },
    },
  ]);
});

test("a plugin that is not ours is refused by its name", async () => {
  const { error } = await tailwind("module.exports = { plugins: [require('left-pad')] }");
  assert.equal(error.file, "tailwind.config.ts");
  assert.match(error.message, /The plugin "left-pad" cannot be used.*tailwindcss-animate/);
});

test("a configuration that fails says where", async () => {
  const { error } = await tailwind("module.exports = {\n  theme: nope,\n}");
  assert.deepEqual([error.file, error.line, error.column], ["tailwind.config.ts", 2, 10]);
  const broken = (await tailwind("module.exports = {\n  a: 1,,\n}")).error;
  assert.deepEqual([broken.file, broken.line], ["tailwind.config.ts", 2]);
  const files = { "a.ts": "export const a = 1;\nthrow new Error('no');" };
  const imported = (await tailwind("import './a';\nexport default {}", files)).error;
  assert.deepEqual([imported.file, imported.line], ["a.ts", 2]);
});

test("Vite's configuration is run with the app's files and environment, and with stand-ins for its plugins", async () => {
  const source = `import { defineConfig, loadEnv } from "vite"; import react from "@vitejs/plugin-react"; import fs from "fs";
import pkg from "./package.json";
export default defineConfig(async ({ mode }) => { const env = loadEnv(mode, process.cwd(), "");
  return { plugins: [react({ x: 1 }).y.filter(Boolean)], define: { V: JSON.stringify(pkg.version), K: env.VITE_KEY,
    N: JSON.parse(fs.readFileSync(new URL("./package.json", import.meta.url))).name } } })`;
  const files = { "vite.config.ts": source, "package.json": '{"version":"1.2","name":"x"}' };
  const { value } = await ask("evaluate", { kind: "vite", path: "vite.config.ts", files, env: { VITE_KEY: "k" } });
  assert.deepEqual(value.define, { V: '"1.2"', K: "k", N: "x" });
});

test("a configuration may declare for itself what ES modules do not have", async () => {
  const source = `import path from "path"; import { fileURLToPath } from "url"; import { own } from "./own";
const __filename = fileURLToPath(import.meta.url);
const __dirname = path.dirname(__filename);
export default { resolve: { alias: { "@": path.resolve(__dirname, "src") } }, define: { own: own() } }`;
  const files = { "conf/vite.config.ts": source, "conf/own.ts": "export const own = () => `1`;" };
  const { value, error } = await ask("evaluate", { kind: "vite", path: "conf/vite.config.ts", files, env: {} });
  assert.deepEqual([value, error], [{ resolve: { alias: { "@": "/conf/src" } }, define: { own: "1" } }, undefined]);
});

const ESCAPES = [
  'require("fs").readFileSync("/etc/passwd")',
  'globalThis.process.getBuiltinModule("net")',
  '(()=>{}).constructor("return process")().binding("tcp_wrap")',
  '(()=>{}).constructor("return process")().kill(1)',
  'new ((()=>{}).constructor("return WebSocket")())("ws://127.0.0.1")',
  'require("postcss").parse("a{}", { from: "/etc/passwd", map: { prev: "/etc/passwd" } }).source.input.map.text.root',
];
for (const code of ESCAPES) {
  test(`nothing is reached by ${code}`, async () => {
    const { error } = await tailwind(`const got = ${code}; module.exports = { theme: { got: String(got) } }`);
    assert.match(error.message, /fails when it is run/);
  });
}

const STYLES = {
  "src/_vars.scss": "$c: red; @mixin m { color: $c; background: url(./i.png) }",
  "src/ui/a.scss": "@use '../vars' as v;\n.a { @include v.m; .b & { width: 1px } }",
  "src/m.less": "@c: #f00; .x { margin: 0 }",
  "src/l.less": "@import './m.less';\n.a { .x; &:hover { color: @c } }",
};
/** @param {string} path @param {string} source */
const made = (path, source, more = {}) => ask("preprocess", { path, source, files: STYLES, ...more });

test("Sass and Less are compiled from the app's files", async () => {
  const sass = await made("src/ui/a.scss", STYLES["src/ui/a.scss"]);
  assert.match(sass.css, /\.a \{\s*color: red;\s*background: url\("\/src\/i\.png"\);\s*\}\s*\.b \.a/);
  const less = await made("src/l.less", STYLES["src/l.less"]);
  assert.match(less.css, /\.a \{\s*margin: 0;\s*\}\s*\.a:hover \{\s*color: #f00/);
  const more = await made("src/x.scss", ".x { color: $w }", { options: { additionalData: "$w: blue;" } });
  assert.match(more.css, /color: blue/);
});

test("their errors have their places, and they see nothing but the app", async () => {
  const undefinedInSass = (await made("src/e.scss", ".a {\n  color: $no }", { options: { additionalData: "$w: 1;" } }))
    .error;
  assert.deepEqual([undefinedInSass.file, undefinedInSass.line, undefinedInSass.column], ["src/e.scss", 2, 10]);
  const undefinedInLess = (await made("src/e.less", ".a {\n  color: @no }")).error;
  assert.deepEqual([undefinedInLess.file, undefinedInLess.line], ["src/e.less", 2]);
  for (const path of ["src/e.scss", "src/e.less"]) {
    assert.match((await made(path, "@import '/etc/passwd';")).error.message, /find/);
  }
});

test("PostCSS's plugins are named, however they are listed", async () => {
  const sources = [
    "export default { plugins: { tailwindcss: {}, autoprefixer: {}, cssnano: process.env.NODE_ENV === 'production' && {}, x: false } }",
    "module.exports = { plugins: [require('tailwindcss'), require('autoprefixer')(), require('cssnano')({ preset: 'default' })] }",
    "module.exports = () => ({ plugins: ['tailwindcss', ['autoprefixer', {}], require('postcss-own')] })",
  ];
  const named = sources.map(async (source) => {
    const path = "postcss.config.js";
    return (await ask("evaluate", { kind: "postcss", path, files: { [path]: source }, env: {} })).value.plugins;
  });
  assert.deepEqual(await Promise.all(named), [
    ["tailwindcss", "autoprefixer"],
    ["tailwindcss", "autoprefixer", "cssnano"],
    ["tailwindcss", "autoprefixer", "postcss-own"],
  ]);
});
