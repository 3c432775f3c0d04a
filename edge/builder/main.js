// The builder: one app, one process. A line asks for the packages that it imports, the next for the app; what is made is
// written into a folder, and described in a line.

import { Console } from "node:console";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { transform } from "esbuild";
import { Problem } from "../compiler/problem.js";
import { hash } from "./assets.js";
import { Build } from "./build.js";
import { findings } from "./lint.js";

const say = (/** @type {object} */ words) => process.stdout.write(`${JSON.stringify(words)}\n`);
const tell = (/** @type {string} */ stage, /** @type {string} */ message, /** @type {number} */ progress) =>
  say({ stage, message, progress });

globalThis.console = new Console(process.stderr, process.stderr);
const lines = createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY });
lines.on("close", () => process.exit(1));
const asked = lines[Symbol.asyncIterator]();

await transform(""); // whoever waits for us finds the bundler running
try {
  const { request, empty } = JSON.parse((await asked.next()).value ?? "");
  const made = new Build(request);
  say({ packages: await made.scan(empty) });
  const { folder, out } = JSON.parse((await asked.next()).value ?? "");
  const [linted, built] = await Promise.all([findings(made.app, join(out, "lint")), made.make(folder, tell)]);
  say(await written({ ...built, warnings: [...built.warnings, ...linted] }, out));
} catch (error) {
  const isTheirs = error instanceof Problem;
  if (!isTheirs) console.error(error);
  const message = error instanceof Error ? error.message : String(error);
  say({ problem: isTheirs ? error.report : { file: "", line: 1, column: 1, message, frame: "" } });
}
process.exit(0);

/**
 * @param {Awaited<ReturnType<Build["make"]>>} made
 * @param {string} out
 */
async function written({ files, script, maps, ...rest }, out) {
  await mkdir(out, { recursive: true });
  /** @type {Map<string, Buffer>} */
  const contents = new Map();
  const keep = (/** @type {Buffer} */ bytes) => {
    const name = hash(bytes);
    contents.set(name, bytes);
    return name;
  };
  const assets = Object.fromEntries(
    files.map(({ name, bytes, type, immutable, gzip, br }) => [
      `/${name}`,
      {
        sha256: keep(bytes),
        type,
        bytes: bytes.length,
        gzip: gzip && keep(gzip),
        br: br && keep(br),
        immutable,
      },
    ]),
  );
  const modules = script?.modules.map(({ name, type, bytes }) => [name, { sha256: keep(bytes), type }]);
  const told = {
    ...rest,
    assets,
    script: script && modules ? { main: script.main, modules: Object.fromEntries(modules) } : null,
    maps: Object.fromEntries(maps.map(({ name, text }) => [name, keep(Buffer.from(text))])),
  };
  await Promise.all([...contents].map(([name, bytes]) => writeFile(join(out, name), bytes)));
  return { made: told, contents: [...contents.keys()] };
}
