import assert from "node:assert/strict";
import { test } from "node:test";
import { readConfig } from "./configs.js";
import { reportOf } from "./testing/bodies.js";

const VITE = `import { defineConfig } from "vite";
import react from "@vitejs/plugin-react-swc";
import path from "node:path";
import { componentTagger } from "lovable-tagger";
// https://vitejs.dev/config/
export default defineConfig(({ mode }) => ({
  server: { host: "::", port: 8080 },
  plugins: [react(), mode === "development" && componentTagger()].filter(Boolean),
  define: { __MODE__: JSON.stringify(mode), __DEV__: mode !== "production" },
  resolve: { alias: { "@": path.resolve(__dirname, "./src") }, dedupe: [unknown()] },
}));`;

/** @param {string} source @param {import("./configs.js").Kind} kind */
const read = (source, kind = "vite", path = `${kind}.config.ts`) => readConfig({ path, source, kind });

test("Vite's configuration as builders write it is read without running it", () => {
  assert.deepEqual(read(VITE), {
    value: { define: { __MODE__: '"development"', __DEV__: true }, resolve: { alias: { "@": "/src" } } },
  });
});

/** @type {[string, unknown][]} */
const aliases = [
  [
    `import { fileURLToPath, URL } from "node:url"; export default { resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } } }`,
    { "@": "/src" },
  ],
  [
    `export default { resolve: { alias: [{ find: "@", replacement: "/src" }, { find: /^~(.*)/, replacement: "/lib/$1" }] } }`,
    [
      { find: "@", replacement: "/src" },
      { find: { $regexp: ["^~(.*)", ""] }, replacement: "/lib/$1" },
    ],
  ],
  [
    `const path = require("path"); const src = path.join(__dirname, "src"); module.exports = { resolve: { alias: { "@": src, "#": \`\${src}/lib\` } } }`,
    { "@": "/src", "#": "/src/lib" },
  ],
  [
    `import { resolve } from "path"; const at = { "@": resolve("src") }; export default { resolve: { alias: { ...at, "~": new URL("./x", import.meta.url).pathname } } } satisfies object`,
    { "@": "/src", "~": "/x" },
  ],
];
for (const [source, alias] of aliases) {
  test(`aliases are read from ${source.slice(0, 60)}…`, () => {
    assert.deepEqual(read(source), { value: { resolve: { alias } } });
  });
}

test("what has to be run is not read", () => {
  for (const part of [
    "define: { a: version() }",
    "resolve: { alias: aliases }",
    "define: { a: process.env.HOME }",
    "...shared",
  ]) {
    const found = read(`import { version, aliases, shared } from "./x"; export default { ${part} }`);
    assert.ok("dynamic" in found, part);
  }
  assert.ok("dynamic" in read("const a = b; const b = a; export default { define: a }"));
  assert.ok("dynamic" in read("export const a = 1"));
  const bomb = Array.from({ length: 60 }, (_, n) => `const a${n} = [...a${n + 1}, ...a${n + 1}];`).join("\n");
  assert.deepEqual(read(`${bomb}\nconst a60 = [1]; export default { define: a0 }`), { dynamic: "It is too long" });
});

test("Tailwind's configuration is read with its plugins by name", () => {
  const source = `import type { Config } from "tailwindcss";
const config = { darkMode: ["class"], content: ["./src/**/*.tsx"], safelist: [{ pattern: /^p-/ }],
  theme: { extend: { colors: { border: "hsl(var(--border))" } } },
  plugins: [require("tailwindcss-animate"), require("@tailwindcss/forms")({ strategy: "class" })],
} satisfies Config;
export default config;`;
  assert.deepEqual(read(source, "tailwind"), {
    value: {
      darkMode: ["class"],
      content: [],
      safelist: [{ pattern: { $regexp: ["^p-", ""] } }],
      theme: { extend: { colors: { border: "hsl(var(--border))" } } },
      plugins: [{ $plugin: "tailwindcss-animate" }, { $plugin: "@tailwindcss/forms", options: { strategy: "class" } }],
    },
  });
  for (const part of [
    "plugins: [({ addBase }) => addBase({})]",
    "plugins: [require('left-pad')]",
    "theme: { a: ({ theme }) => 1 }",
  ]) {
    assert.ok("dynamic" in read(`export default { ${part} }`, "tailwind"), part);
  }
});

test("a configuration that cannot be parsed has its place", async () => {
  const report = await reportOf(() => read("export default {\n  a: 1,,\n}"));
  assert.deepEqual([report.file, report.line, report.column], ["vite.config.ts", 2, 8]);
});
