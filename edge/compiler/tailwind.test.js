import assert from "node:assert/strict";
import { test } from "node:test";
import { readSheets } from "./sheets.js";
import { Stylesheets } from "./tailwind.js";
import { reportOf } from "./testing/bodies.js";

const entry = "src/index.css";
const sheets = readSheets();

/**
 * @param {string} source
 * @param {Partial<import("./tailwind.js").Request>} [more]
 */
const fresh = (source, more = {}) => new Stylesheets(sheets).css({ app: "a", entry, source, fresh: true, ...more });

test("a class that is used for the first time is added to those before it", async () => {
  const stylesheets = new Stylesheets(sheets);
  const request = { app: "a", entry, source: '@import "tailwindcss";' };
  const first = await stylesheets.css({ ...request, candidates: ["p-4"], fresh: true });
  assert.match(first.css, /\.p-4 \{/);
  const second = await stylesheets.css({ ...request, candidates: ["md:m-[3px]", "nonsense"] });
  assert.match(second.css, /\.p-4 \{/);
  assert.match(second.css, /\.md\\:m-\\\[3px\\\] \{/);
  assert.doesNotMatch(second.css, /nonsense/);
  assert.equal(second.tailwind, true);
});

test("what is not held is said to be missing, so that all candidates are sent", async () => {
  const stylesheets = new Stylesheets(sheets);
  const request = {
    app: "a",
    entry,
    source: '@import "tailwindcss"; @import "./b.css";',
    files: { "src/b.css": ".b {}" },
  };
  assert.equal((await stylesheets.css(request)).missing, true);
  assert.equal((await stylesheets.css({ ...request, fresh: true })).missing, undefined);
  assert.equal((await stylesheets.css(request)).missing, undefined);
  assert.equal((await stylesheets.css({ ...request, app: "b" })).missing, true);
  assert.equal((await stylesheets.css({ ...request, files: { "src/b.css": ".c {}" } })).missing, true);
  assert.equal((await stylesheets.css({ ...request, source: `${request.source} .d {}` })).missing, true);
});

test("no more compilers are kept than fit", async () => {
  const stylesheets = new Stylesheets(sheets);
  const source = ".a { @apply underline } @utility underline { text-decoration: underline }";
  for (let app = 0; app < 60; app++) await stylesheets.css({ app: `a${app}`, entry, source, fresh: true });
  assert.equal(stylesheets.kept.size, 48);
  assert.equal((await stylesheets.css({ app: "a0", entry, source })).missing, true);
  assert.equal((await stylesheets.css({ app: "a59", entry, source })).missing, undefined);
});

test("themes, applied classes, imports of the app and of packages are put in", async () => {
  const source = `@import "tailwindcss"; @import "tw-animate-css"; @import "./ui/button.css"; @plugin "@tailwindcss/typography";
    @theme { --color-brand: #123456; } .x { @apply p-4 text-brand; }`;
  const files = { "src/ui/button.css": ".button { background: url(./x.png); color: theme(--color-brand) }" };
  const { css, uses } = await fresh(source, { files, candidates: ["bg-brand", "animate-in", "prose"] });
  assert.match(css, /--color-brand: #123456/);
  assert.match(css, /\.x \{\s+padding: calc\(var\(--spacing\) \* 4\);\s+color: var\(--color-brand\);/);
  assert.match(css, /\.bg-brand \{/);
  assert.match(css, /\.animate-in \{/);
  assert.match(css, /\.prose \{/);
  assert.match(css, /url\("\/src\/ui\/x\.png"\)/);
  assert.deepEqual(uses, ["src/ui/button.css"]);
});

test("plain CSS passes as it is, but for its relative addresses", async () => {
  const { css, tailwind } = await fresh(".a { & .b { background: url(./c.png) } }");
  assert.equal(css, '.a { & .b { background: url("/src/c.png") } }');
  assert.equal(tailwind, false);
});

test("plain CSS gets its imports put in; others' hosts stay theirs", async () => {
  const files = { "src/b.css": ".b { color: red }" };
  const { css } = await fresh('@import url("https://fonts.x/y.css");\n@import "./b.css";\n.a { color: blue }', {
    files,
  });
  assert.match(css, /@import url\("https:\/\/fonts\.x\/y\.css"\)/);
  assert.ok(css.indexOf(".b") < css.indexOf(".a"));
});

test("an import that is written as url() is put in likewise", async () => {
  const files = { "src/b.css": ".b { color: red }", "src/c/d.css": '@import url( "../b.css" ) screen;' };
  const { css } = await fresh("@import url(./b.css);\n@import url('c/d.css');\n@import url(/e.css);", { files });
  assert.equal(css.match(/\.b \{/g)?.length, 2);
  assert.match(css, /@media screen/);
  assert.deepEqual(css.match(/@import.*/g), ["@import url(/e.css);"]);
});

test("a stylesheet that a package brings is found under its specifier", async () => {
  const { css } = await fresh('@import "@fontsource/inter/400.css";', {
    files: { "@fontsource/inter/400.css": ".font { color: red }" },
  });
  assert.match(css, /\.font/);
});

test("a configuration and a plugin that a sheet asks for are taken as the data that they came to", async () => {
  const modules = {
    "tailwind.config.ts": {
      theme: { extend: { colors: { brand: "#123456" } } },
      plugins: [{ $plugin: "tailwindcss-animate" }],
    },
    "src/own.js": { $recorded: [["addUtilities", { ".clip": { overflow: "clip" } }]] },
  };
  const source = '@import "tailwindcss"; @config "../tailwind.config.ts"; @plugin "./own";';
  const { css } = await fresh(source, { setup: { modules }, candidates: ["text-brand", "animate-in", "clip"] });
  assert.match(css, /color: #123456/);
  assert.match(css, /--tw-enter-opacity/);
  assert.match(css, /overflow: clip/);
});

test("a stylesheet of a package that the page links is left out, of 3 and of 4", async () => {
  const files = { "src/b.css": '@import "pkg/other.css";' };
  for (const setup of [{ major: 3 }, {}]) {
    const { css } = await fresh('@import "pkg/x.css";\n@import "normalize.css" layer(base);\n.a { color: red }', {
      setup,
    });
    assert.doesNotMatch(css, /pkg|normalize/);
    assert.match(css, /\.a \{\s*color: red/);
    await reportOf(() => fresh('@import "./b.css"; .a {}', { files, setup }));
  }
});

/** @type {[string, string, string, RegExp][]} */
const problems = [
  [
    "a class that does not exist",
    '@import "tailwindcss";\n\n.x { @apply p-4 nope; }',
    "src/index.css:3:17",
    /unknown utility class `nope`/,
  ],
  ["an open brace", '@import "tailwindcss";\n.x { color: red;\n', "src/index.css:2:1", /^Missing closing }/],
  [
    "an import of nothing",
    '@import "tailwindcss";\n@import "./c.css";',
    "src/index.css:2:10",
    /^Cannot find "\.\/c\.css"/,
  ],
  ["a plugin that is not among ours", '@import "tailwindcss";\n@plugin "left-pad";', "src/index.css:2:10", /left-pad/],
  ["a config file", '@import "tailwindcss";\n@config "../tailwind.config.js";', "src/index.css:2:10", /neither a file/],
  [
    "an error in an imported file",
    '@import "tailwindcss";\n@import "./b.css";',
    "src/b.css:2:10",
    /unknown utility class `gone`/,
  ],
];
for (const [what, source, place, message] of problems) {
  test(`${what} is a problem at its place`, async () => {
    const report = await reportOf(() => fresh(source, { files: { "src/b.css": ".b {\n  @apply gone;\n}" } }));
    assert.equal(`${report.file}:${report.line}:${report.column}`, place);
    assert.match(report.message, message);
    assert.match(report.frame, /^> /m);
  });
}
