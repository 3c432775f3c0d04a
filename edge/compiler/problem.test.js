import assert from "node:assert/strict";
import { test } from "node:test";
import { placeOfImport } from "./problem.js";

test("an import is found where it is written, and not where it is talked of", () => {
  const source = `// import a from "a";\nconst text = "a";\n/* from "a"\n * from "a" */\nexport {\n  b,\n} from\n  'a';\n`;
  assert.deepEqual(placeOfImport(source, "a"), { line: 8, column: 3 });
  assert.deepEqual(placeOfImport('x; await import("a/b")', "a/b"), { line: 1, column: 17 });
  assert.deepEqual(placeOfImport('<style>\n@import "a.css";', "a.css"), { line: 2, column: 9 });
  assert.deepEqual(placeOfImport('<script src="/a.js">', "/a.js"), { line: 1, column: 13 });
  assert.deepEqual(placeOfImport("nothing", "a"), { line: 1, column: 1 });
});
