// What Oxlint finds in an app's scripts, as warnings: in a process of its own, beside the bundler.

import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const PROGRAM = fileURLToPath(new URL("../node_modules/oxlint/bin/oxlint", import.meta.url));
const SCRIPT = /\.[cm]?[jt]sx?$/;
/** Its own configuration could be code; ours is the same for all. */
const CONFIG = /(?:^|\/)(?:oxlint\.config\.|\.oxlintrc)/;
const OPTIONS = ["--format", "json", "--react-plugin", "--disable-nested-config", "-A", "no-unused-vars", "."];
const SECONDS = 60;
const MOST = 50;

/**
 * @param {import("./app.js").App} app
 * @param {string} folder to be filled with the scripts
 * @returns {Promise<string[]>}
 */
export async function findings(app, folder) {
  const scripts = app.names.filter(
    (path) =>
      SCRIPT.test(path) && !CONFIG.test(path) && !path.startsWith(app.publicFolder) && !/\.d\.[cm]?ts$/.test(path),
  );
  if (!scripts.length) return [];
  await Promise.all(
    [...new Set(scripts.map((path) => dirname(path)))].map((one) => mkdir(join(folder, one), { recursive: true })),
  );
  await Promise.all(scripts.map((path) => writeFile(join(folder, path), app.bytes(path))));
  const options = { cwd: folder, timeout: SECONDS * 1_000, maxBuffer: 2 ** 26, env: {} };
  try {
    return told((await promisify(execFile)(process.execPath, [PROGRAM, ...OPTIONS], options)).stdout);
  } catch (error) {
    // It ends with 1 where something is an error.
    return told(/** @type {{stdout?: string}} */ (error).stdout ?? "");
  }
}

/** @param {string} text */
function told(text) {
  /** @type {{diagnostics: {message: string, code?: string, filename: string, labels: {span: {line: number}}[]}[]}} */
  const { diagnostics } = text.trim().startsWith("{") ? JSON.parse(text) : { diagnostics: [] };
  const words = diagnostics.map(({ message, code, filename, labels }) => {
    const line = labels[0]?.span.line ?? 1;
    return `${filename.replace(/^\.\//, "")}:${line}: ${message}${code ? ` (${code})` : ""}`;
  });
  const sorted = [...new Set(words)].sort();
  const rest = sorted.length - MOST;
  return rest > 0 ? [...sorted.slice(0, MOST), `Oxlint finds ${rest} more`] : sorted;
}
