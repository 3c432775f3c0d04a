import assert from "node:assert/strict";
import { test } from "node:test";
import { init } from "es-module-lexer";
import { Problem } from "./problem.js";
import { compileSvelte } from "./svelte.js";
import { originOf, run } from "./testing/bodies.js";
import { compileVue } from "./vue.js";

await init;

/**
 * @param {() => object} compile
 * @param {RegExp} message
 * @param {number} line
 */
function refuses(compile, message, line) {
  assert.throws(compile, (error) => {
    assert(error instanceof Problem);
    assert.match(error.message, message);
    assert.equal(error.report.line, line);
    return true;
  });
}

test("an error in a component of Vue is told at its line", () => {
  refuses(() => compileVue("a.vue", "<template>\n<p>{{</p></template>", {}), /Interpolation/, 2);
  refuses(() => compileVue("a.vue", "<script setup>\nlet a = ;\n</script>", {}), /Unexpected token/, 2);
  refuses(() => compileVue("a.vue", '<template>\n\n<p v-if="a b"/></template>', {}), /JavaScript expression/, 3);
});

test("what a component of Vue asks of others is refused by name", () => {
  refuses(
    () => compileVue("a.vue", '<template><p/>\n</template>\n<style lang="styl">a{}</style>', {}),
    /lang="styl"/,
    3,
  );
  refuses(() => compileVue("a.vue", '<template src="./a.html"/>', {}), /<template src>/, 1);
});

test("an error in a component of Svelte is told at its line", () => {
  refuses(() => compileSvelte("a.svelte", "<h1/>\n<p>{#if}</p>", {}), /whitespace/, 2);
  refuses(() => compileSvelte("a.svelte", "<script>\nlet a = (;\n</script>", {}), /token/, 2);
});

test("a component brings its styles, scoped, and one without any is a module", () => {
  const vue = compileVue("a.vue", "<template><p/></template><style scoped>p { color: red }</style>", {});
  assert.equal(vue.kind, "css-module");
  assert.match(String("css" in vue && vue.css), /p\[data-v-\w+\] \{ color: red\s*\}/);
  assert.equal(compileVue("a.vue", "<template><p/></template>", {}).kind, "module");
  assert.equal(compileSvelte("a.svelte", "<p/><style>p { color: red }</style>", {}).kind, "css-module");
  assert.equal(compileSvelte("a.svelte", "<p/>", {}).kind, "module");
});

test("what a debugger shows of a component is the component", () => {
  const vue = `<template>
  <p @click="add">{{ shown }}</p>
</template>
<script setup lang="ts">
const shown: string = "shown";
function add(): void {
  console.log("added");
}
</script>`;
  const made = compileVue("src/a.vue", vue, {});
  assert.deepEqual(originOf(made, 'console.log("added")'), { file: "src/a.vue", line: 7, column: 3 });
  assert.equal(originOf(made, "toDisplayString)($setup.shown)")?.line, 2);
  assert.deepEqual(JSON.parse(made.map).sourcesContent, [vue]);
  const plain = compileVue("src/a.vue", '<script>\nexport default {\n  name: "plain",\n};\n</script>', {});
  assert.equal(originOf(plain, '"plain"')?.line, 3);
  const svelte = '<script lang="ts">\n  let a: number = 1;\n  console.log("added", a);\n</script>\n<p>{a}</p>';
  const found = originOf(compileSvelte("src/a.svelte", svelte, {}), '"added"');
  assert.deepEqual([found?.file, found?.line], ["src/a.svelte", 3]);
  const module = "export type A = 1;\nexport const state = $state({ a: 1 });\nconsole.log(state.a);\n";
  assert.equal(originOf(compileSvelte("src/a.svelte.ts", module, {}), "console.log(")?.line, 3);
});

test("a style block of Vue may be a module, whose classes the component knows", async () => {
  const source = (/** @type {string} */ css) => `<template><p :class="$style.a"/></template>
<style module>${css}</style><style module="other" scoped>.b { composes: c } .c { color: red }</style>`;
  const { code, css } = /** @type {{code: string, css: string}} */ (
    compileVue("a.vue", source(".a { color: blue }"), {})
  );
  const { $style, other } = (await run(code)).exports.default.__cssModules;
  assert.match(css, new RegExp(`\\.${$style.a} \\{`));
  assert.match(css, new RegExp(`\\.${other.c}\\[data-v-`));
  assert.equal(other.b.split(" ")[1], other.c);
  refuses(() => compileVue("a.vue", source('.a { composes: x from "./x.css" }'), {}), /composes/, 2);
});
