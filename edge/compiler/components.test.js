import assert from "node:assert/strict";
import { test } from "node:test";
import { init } from "es-module-lexer";
import { Problem } from "./problem.js";
import { compileSvelte } from "./svelte.js";
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
  refuses(() => compileVue("a.vue", "<template><p/></template><style module>a{}</style>", {}), /<style module>/, 1);
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
