// How much of everything travels, packed in the ways that browsers know; and what is too much.

import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import { isPacked, typeOf } from "./assets.js";

const pack = { gzip: promisify(gzip), br: promisify(brotliCompress) };
const SMALLEST = 512;
const QUALITY = 9;
/** What stands for one script at most, packed. */
export const LIMIT = 1024 * 1024;
const NAMED = 5;

/** @typedef {{name: string, bytes: Buffer, type: string, immutable: boolean, gzip: Buffer | null, br: Buffer | null}} Packed */

/**
 * @param {string} name
 * @param {Buffer} bytes
 * @param {boolean} immutable
 * @returns {Promise<Packed>}
 */
export async function packed(name, bytes, immutable) {
  const type = typeOf(name);
  const one = { name, bytes, type, immutable, gzip: null, br: null };
  if (!isPacked(type) || bytes.length < SMALLEST) return one;
  const params = { [constants.BROTLI_PARAM_QUALITY]: QUALITY, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  const [small, smaller] = await Promise.all([pack.gzip(bytes, { level: 9 }), pack.br(bytes, { params })]);
  return {
    ...one,
    gzip: small.length < bytes.length ? small : null,
    br: smaller.length < bytes.length ? smaller : null,
  };
}

/** @param {Packed[]} files */
export function report(files) {
  const size = (/** @type {Packed} */ one) => ({
    file: one.name,
    raw: one.bytes.length,
    gzip: (one.gzip ?? one.bytes).length,
    brotli: (one.br ?? one.bytes).length,
  });
  const rows = files.filter((one) => one.immutable || one.name === "index.html").map(size);
  return rows.sort((one, other) => other.raw - one.raw || (one.file < other.file ? -1 : 1));
}

/**
 * Says which script is too much, and what it is so large with.
 * @param {Packed[]} files
 * @param {import("./chunks.js").Chunks} chunks
 */
export function excess(files, chunks) {
  const large = files.find((one) => one.name.endsWith(".js") && (one.gzip ?? one.bytes).length > LIMIT);
  if (!large) return undefined;
  const chunk = [...chunks.all.values()].find(({ name }) => large.name === `assets/${name}.js`);
  const inputs = Object.entries(chunk?.output.inputs ?? {}).sort(
    ([, one], [, other]) => other.bytesInOutput - one.bytesInOutput,
  );
  const named = inputs.slice(0, NAMED).map(([path, { bytesInOutput }]) => `${shown(path)} ${kilobytes(bytesInOutput)}`);
  const size = `${((large.gzip ?? large.bytes).length / LIMIT).toFixed(2)} MiB packed, and a script may have 1 MiB`;
  const most = named.length ? ` The largest modules in it: ${named.join(", ")}.` : "";
  return `${large.name} comes to ${size}.${most} Load what a page does not need at once with import().`;
}

/** @param {number} bytes */
const kilobytes = (bytes) => `${Math.round(bytes / 1024)} KiB`;

/** @param {string} path as esbuild names an input */
export const shown = (path) => path.replace(/^app:/, "").replace(/^.*node_modules\//, "");
