// Names, kinds and addresses of what is served as it is.

import { createHash } from "node:crypto";
import { posix } from "node:path";

const SMALL = 4096;
/** @type {Record<string, string>} */
const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".map": "application/json",
  ".webmanifest": "application/manifest+json",
  ".txt": "text/plain; charset=utf-8",
  ".md": "text/markdown; charset=utf-8",
  ".xml": "application/xml",
  ".csv": "text/csv; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".gif": "image/gif",
  ".webp": "image/webp",
  ".avif": "image/avif",
  ".ico": "image/x-icon",
  ".bmp": "image/bmp",
  ".woff": "font/woff",
  ".woff2": "font/woff2",
  ".ttf": "font/ttf",
  ".otf": "font/otf",
  ".eot": "application/vnd.ms-fontobject",
  ".mp3": "audio/mpeg",
  ".wav": "audio/wav",
  ".ogg": "audio/ogg",
  ".m4a": "audio/mp4",
  ".flac": "audio/flac",
  ".mp4": "video/mp4",
  ".webm": "video/webm",
  ".mov": "video/quicktime",
  ".pdf": "application/pdf",
  ".wasm": "application/wasm",
  ".zip": "application/zip",
  ".glb": "model/gltf-binary",
  ".gltf": "model/gltf+json",
};
/** What becomes smaller when it is packed. */
const PACKED =
  /^(?:text\/|application\/(?:json|manifest|xml|wasm|vnd\.ms)|image\/(?:svg|bmp|x-icon)|font\/(?:ttf|otf)|model\/)/;

/** @param {string | Buffer} content */
export const hash = (content) => createHash("sha256").update(content).digest("hex");

/** @param {string} path */
export const typeOf = (path) => TYPES[posix.extname(path).toLowerCase()] ?? "application/octet-stream";

/** @param {string} type */
export const isPacked = (type) => PACKED.test(type);

/**
 * @param {string} path
 * @param {Buffer} bytes
 */
export function assetName(path, bytes) {
  const { name, ext } = posix.parse(path);
  return `assets/${name.replace(/[^\w.~-]+/g, "_")}-${hash(bytes).slice(0, 8)}${ext}`;
}

/**
 * @param {string} path
 * @param {Buffer} bytes
 */
export const isSmall = (path, bytes) => bytes.length < SMALL && !/\.html?$/.test(path);

/**
 * @param {string} path
 * @param {Buffer} bytes
 */
export function dataUrl(path, bytes) {
  const [type] = typeOf(path).split(";");
  if (type !== "image/svg+xml") return `data:${type};base64,${bytes.toString("base64")}`;
  const text = bytes.toString().trim().replaceAll('"', "'");
  return `data:image/svg+xml,${text.replace(/[\s%#<>[\]^`{|}()']+/g, (one) => escaped(one))}`;
}

/** @param {string} text */
function escaped(text) {
  return encodeURIComponent(text.replace(/\s+/g, " ")).replace(/[()']/g, (one) => `%${one.charCodeAt(0).toString(16)}`);
}
