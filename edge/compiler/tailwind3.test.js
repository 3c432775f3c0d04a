import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import postcss from "postcss";
import { revive } from "./config3.js";
import { loadPlugin } from "./plugins3.js";
import { readSheets } from "./sheets.js";
import { Stylesheets } from "./tailwind.js";
import { reportOf } from "./testing/bodies.js";

const require = createRequire(import.meta.url);
const entry = "src/index.css";
const sheets = readSheets();
const DIRECTIVES = "@tailwind base;\n@tailwind components;\n@tailwind utilities;\n";

/**
 * @param {string} source
 * @param {Partial<import("./tailwind.js").Request>} [more]
 */
const fresh = (source, more = {}) => new Stylesheets(sheets).css({ app: "a", entry, source, fresh: true, ...more });

/**
 * Every declaration with what stands around it, once.
 * @param {string} css
 */
function declarations(css) {
  /** @type {Set<string>} */
  const found = new Set();
  postcss.parse(css).walkDecls((one) => {
    const around = [];
    for (let at = /** @type {any} */ (one.parent); at?.type !== "root"; at = at.parent) {
      around.unshift(at.selector ?? `@${at.name} ${at.params}`);
    }
    found.add([...around, one.toString()].join(" > ").replace(/\s+/g, " ").trim());
  });
  return [...found];
}

const CONFIG = {
  darkMode: ["class"],
  theme: {
    container: { center: true, padding: "2rem", screens: { "2xl": "1400px" } },
    extend: {
      colors: { border: "hsl(var(--border))", primary: { DEFAULT: "hsl(var(--primary))", foreground: "#fff" } },
      borderRadius: { lg: "var(--radius)" },
      keyframes: { "accordion-down": { from: { height: "0" }, to: { height: "var(--h)" } } },
      animation: { "accordion-down": "accordion-down 0.2s ease-out" },
    },
  },
  plugins: [{ $plugin: "tailwindcss-animate" }, { $plugin: "@tailwindcss/forms", options: { strategy: "class" } }],
};
const SHEET = `${DIRECTIVES}
@layer base { :root { --primary: 222 47% 11%; } * { @apply border-border; } }
.plain { color: theme('colors.red.500'); }
@layer components { .btn { @apply bg-primary px-4 plain hover:bg-primary/90; } }
@layer utilities { .text-balance { text-wrap: balance; } }
@media screen(md) { .x { margin: theme(spacing.4); &:hover { @apply underline; } } }`;
const WORDS = `btn bg-primary/50 container dark:hover:bg-primary md:flex lg:md:p-4 animate-in fade-in-0 form-input p-4 !mt-2
  animate-accordion-down data-[state=open]:animate-in select-none hover:btn w-[calc(100%-theme(spacing.4))] space-y-2
  text-balance group-hover:underline [&>svg]:size-4 sm:p-1 sm:p-2 border-primary supports-[display:grid]:grid`;

test("what Tailwind 3 itself makes of a sheet of shadcn's kind is made, in the same order", async () => {
  const candidates = WORDS.split(/\s+/);
  const { css } = await fresh(SHEET, { candidates, setup: { config: CONFIG, prefix: true } });
  const config = { ...revive(CONFIG, loadPlugin), content: [{ raw: WORDS }] };
  const steps = [require("postcss-nested")(), require("tailwindcss3")(config), require("autoprefixer")()];
  const theirs = await postcss(steps).process(SHEET, { from: undefined });
  assert.deepEqual(declarations(css), declarations(theirs.css));
});

test("classes that come one after the other make the same text as all at once", async () => {
  const stylesheets = new Stylesheets(sheets);
  const request = { app: "a", entry, source: SHEET, setup: { major: 3, config: CONFIG } };
  const words = WORDS.split(/\s+/);
  await stylesheets.css({ ...request, fresh: true });
  let last = "";
  for (const word of words.toReversed()) last = (await stylesheets.css({ ...request, candidates: [word] })).css;
  assert.equal(last, (await fresh(SHEET, { ...request, candidates: words })).css);
});

test("an edited sheet is made with what is left of the last, and is what a new one would be", async () => {
  const stylesheets = new Stylesheets(sheets);
  const candidates = WORDS.split(/\s+/);
  const request = { app: "a", entry, candidates, fresh: true, setup: { major: 3, config: CONFIG, prefix: true } };
  const edits = [
    SHEET.replace("222 47% 11%", "1 2% 3%").replace("color: theme('colors.red.500')", "color: blue"),
    SHEET.replace("px-4", "px-6"),
    SHEET.replace("@apply border-border;", "@apply border-primary;"),
    SHEET.replace(".plain {", ".plain { margin: 1px; "),
  ];
  for (const source of [SHEET, ...edits, SHEET]) {
    const { css } = await stylesheets.css({ ...request, source });
    assert.equal(css, (await fresh(source, request)).css);
  }
});

test("important, prefix, safelist, blocklist, dark mode by selector and screens of one's own are followed", async () => {
  const config = {
    prefix: "tw-",
    important: "#root",
    darkMode: ["selector", "[data-mode='dark']"],
    safelist: ["tw-m-1", { pattern: { $regexp: ["^tw-p-(1|2)$", ""] }, variants: ["hover"] }],
    blocklist: ["tw-hidden"],
    theme: { screens: { tablet: "640px" } },
  };
  const candidates = ["tw-flex", "dark:tw-grid", "tablet:tw-flex", "tw-hidden", "flex"];
  const { css } = await fresh(DIRECTIVES, { candidates, setup: { major: 3, config } });
  assert.match(css, /#root \.tw-flex \{/);
  assert.match(css, /\[data-mode='dark'\]/);
  assert.match(css, /@media \(min-width: 640px\)/);
  assert.match(css, /\.tw-m-1 \{/);
  assert.match(css, /\.hover\\:tw-p-2:hover/);
  assert.doesNotMatch(css, /tw-hidden|\.flex/);
});

test("plugins that were recorded do again what they did", async () => {
  const calls = [
    ["addUtilities", { ".clip": { overflow: "clip" } }],
    ["addVariant", "hocus", ["&:hover", "&:focus"]],
  ];
  const config = { plugins: [{ $recorded: calls, config: { theme: { extend: { spacing: { huge: "99rem" } } } } }] };
  const { css } = await fresh(DIRECTIVES, { candidates: ["clip", "hocus:clip", "p-huge"], setup: { config } });
  assert.match(css, /\.clip \{\s+overflow: clip/);
  assert.match(css, /\.hocus\\:clip:focus/);
  assert.match(css, /padding: 99rem/);
});

test("a hostile configuration reaches nothing that another app has", async () => {
  const config = JSON.parse(`{ "theme": { "__proto__": { "polluted": 1 }, "extend": { "__proto__": { "polluted": 1 },
    "colors": { "__proto__": { "polluted": "red" }, "constructor": { "prototype": { "polluted": "red" } } } } },
    "plugins": [{ "$recorded": [["addUtilities", { "__proto__": { "polluted": "red" } }]] }] }`);
  await fresh(DIRECTIVES, { candidates: ["p-4"], setup: { major: 3, config } });
  assert.equal(/** @type {any} */ ({}).polluted, undefined);
});

test("imports are put in, Tailwind's own too, with their conditions and from their own folders", async () => {
  const files = {
    "src/ui/b.css": "@import './c.css' screen;\n.b { background: url(./b.png) }",
    "src/ui/c.css": ".c { @apply p-4 }",
  };
  const source = `@import "./ui/b.css";\n@import "tailwindcss/base";\n@import "tailwindcss/utilities";`;
  const { css, uses } = await fresh(source, { files, candidates: ["m-2"], setup: { major: 3 } });
  assert.deepEqual(uses, ["src/ui/b.css", "src/ui/c.css"]);
  assert.match(css, /@media screen \{\s*\.c \{\s*padding: 1rem/);
  assert.match(css, /url\("\/src\/ui\/b\.png"\)/);
  assert.match(css, /\.m-2 \{/);
});

test("a sheet that only applies has no work when classes come", async () => {
  const stylesheets = new Stylesheets(sheets);
  const request = { app: "a", entry: "src/a.module.css", source: ".a { @apply p-4 }", setup: { major: 3 } };
  const first = await stylesheets.css({ ...request, candidates: ["m-1"], fresh: true });
  assert.match(first.css, /padding: 1rem/);
  assert.equal((await stylesheets.css({ ...request, candidates: ["m-2"] })).css, first.css);
});

/** @type {[string, string, string, RegExp][]} */
const problems = [
  [
    "a class that does not exist",
    `${DIRECTIVES}.x {\n  @apply p-4 nope;\n}`,
    "src/index.css:5:3",
    /`nope` class does not exist/,
  ],
  ["the same in a layer", `${DIRECTIVES}@layer utilities {\n  .x { @apply nope; }\n}`, "src/index.css:5:8", /`nope`/],
  ["an open brace", `${DIRECTIVES}.x { color: red;`, "src/index.css:4:1", /Unclosed block/],
  ["an import of nothing", `@import "./c.css";\n${DIRECTIVES}`, "src/index.css:1:1", /Cannot find "\.\/c\.css"/],
  ["an unknown theme value", `${DIRECTIVES}.x { color: theme('colors.nope') }`, "src/index.css:4:6", /does not exist/],
  ["an error in an imported file", `@import "./b.css";\n${DIRECTIVES}`, "src/b.css:2:3", /`gone`/],
];
for (const [what, source, place, message] of problems) {
  test(`${what} is a problem at its place`, async () => {
    const files = { "src/b.css": ".b {\n  @apply gone;\n}" };
    const report = await reportOf(() => fresh(source, { files, setup: { major: 3 } }));
    assert.equal(`${report.file}:${report.line}:${report.column}`, place);
    assert.match(report.message, message);
    assert.match(report.frame, /^> /m);
  });
}
