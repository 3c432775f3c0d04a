// Sass and Less into CSS, by their official compilers, which see the app's style sheets and nothing else.

import { posix } from "node:path";
import lessCompiler from "less";
import { compileString, Logger } from "sass";
import { Problem } from "./problem.js";
import { rebase, within } from "./urls.js";

/** @typedef {{path: string, source: string, files: Record<string, string>, options?: {additionalData?: unknown}}} Request */

/** @param {Request} request */
export async function preprocess(request) {
  const before = request.options?.additionalData;
  const source = typeof before === "string" ? `${before}\n${request.source}` : request.source;
  const down = source.split("\n").length - request.source.split("\n").length;
  const make = request.path.endsWith(".less") ? less : sass;
  return make({ ...request, source }, down);
}

/**
 * @param {Request} request
 * @param {number} down how many lines stand before the file's own
 */
function sass({ path, source, files }, down) {
  const importer = {
    canonicalize: (/** @type {string} */ url) => {
      const found = probe(url.startsWith("app:") ? decodeURI(new URL(url).pathname) : url, path, files);
      return found === undefined ? null : new URL(`app:///${encodeURI(found)}`);
    },
    load: (/** @type {URL} */ url) => {
      const found = decodeURI(url.pathname).slice(1);
      return { contents: rebase(files[found], found), syntax: syntaxOf(found) };
    },
  };
  try {
    const url = new URL(`app:///${encodeURI(path)}`);
    return { css: compileString(source, { url, importer, syntax: syntaxOf(path), logger: Logger.silent }).css };
  } catch (error) {
    const { sassMessage, span } = /** @type {any} */ (error);
    if (!sassMessage) throw error;
    const file = span?.url ? decodeURI(span.url.pathname).slice(1) : path;
    const place = { line: span.start.line + 1 - (file === path ? down : 0), column: span.start.column + 1 };
    throw new Problem(sassMessage, file, files[file] ?? source, place);
  }
}

/** @param {string} path @returns {"css" | "indented" | "scss"} */
function syntaxOf(path) {
  return path.endsWith(".css") ? "css" : path.endsWith(".sass") ? "indented" : "scss";
}

/**
 * The file that a name means: as it is, with an ending, as a partial, as a folder.
 * @param {string} name from the root with a slash, or as it was written
 * @param {string} from
 * @param {Record<string, string>} files
 */
function probe(name, from, files) {
  const wanted = posix.normalize(within(name.replace(/^~/, ""), from));
  const [folder, file] = [posix.dirname(wanted), posix.basename(wanted)];
  for (const path of [
    wanted,
    posix.join(folder, `_${file}`),
    posix.join(wanted, "index"),
    posix.join(wanted, "_index"),
  ]) {
    const found = ["", ".scss", ".sass", ".css", ".less"]
      .map((ending) => path + ending)
      .find((one) => Object.hasOwn(files, one));
    if (found) return found;
  }
  return Object.hasOwn(files, name) ? name : undefined;
}

/**
 * @param {Request} request
 * @param {number} down
 */
async function less({ path, source, files }, down) {
  const compiler = /** @type {any} */ (lessCompiler);
  class Files extends compiler.FileManager {
    supports() {
      return true;
    }
    supportsSync() {
      return true;
    }
    loadFileSync(/** @type {string} */ name, /** @type {string} */ folder) {
      const found = probe(name, `${folder}x`.replace(/^\//, ""), files);
      return found
        ? { filename: found, contents: files[found] }
        : { error: { type: "File", message: `Cannot find ${name}` } };
    }
    async loadFile(/** @type {string} */ name, /** @type {string} */ folder) {
      const loaded = this.loadFileSync(name, folder);
      if (loaded.error) throw loaded.error;
      return loaded;
    }
  }
  const plugin = { install: (/** @type {any} */ _, /** @type {any} */ manager) => manager.addFileManager(new Files()) };
  try {
    const { css } = await compiler.render(source, {
      filename: path,
      plugins: [plugin],
      rewriteUrls: "all",
      javascriptEnabled: false,
      disablePluginRule: true,
    });
    return { css };
  } catch (error) {
    const { message, filename, line, column } = /** @type {any} */ (error);
    const file = filename ?? path;
    const place = { line: Math.max(1, (line ?? 1) - (file === path ? down : 0)), column: (column ?? 0) + 1 };
    throw new Problem(message, file, files[file] ?? source, place);
  }
}
