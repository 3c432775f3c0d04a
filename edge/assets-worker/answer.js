/**
 * An asset as HTTP hands it over: whole or in part, packed as the client can read it, or not at all where it has it.
 *
 * @typedef {import("./match.js").Asset} Asset
 * @typedef {{encoding: "br" | "gzip" | null, sha256: string, etag: string}} Form
 */

const A_YEAR = "public, max-age=31536000, immutable";
const RANGE = /^bytes=(\d*)-(\d*)$/;

/**
 * Return in which form an asset is sent. Parts are parts of what it is, not of how it is packed.
 *
 * @param {Asset} asset
 * @param {Request} request
 * @returns {Form}
 */
export function formOf(asset, request) {
  const packings = request.headers.has("range") ? [] : /** @type {const} */ (["br", "gzip"]);
  const encoding = packings.find((each) => asset[each] && accepts(request, each)) ?? null;
  const mark = asset.sha256.slice(0, 32);
  return {
    encoding,
    sha256: (encoding && asset[encoding]) || asset.sha256,
    etag: encoding ? `"${mark}-${encoding}"` : `"${mark}"`,
  };
}

/**
 * @param {Request} request
 * @param {string} encoding
 */
function accepts(request, encoding) {
  const wanted = (request.headers.get("accept-encoding") ?? "").toLowerCase().split(",");
  return wanted.some((each) => {
    const [name, quality] = each.split(";").map((part) => part.trim());
    return name === encoding && !/^q=0(\.0*)?$/.test(quality ?? "");
  });
}

/**
 * @param {Asset} asset
 * @param {Form} form
 */
export function headersOf(asset, form) {
  const headers = new Headers({ "content-type": asset.type, etag: form.etag, "accept-ranges": "bytes" });
  headers.set("cache-control", asset.immutable ? A_YEAR : "no-cache");
  if (asset.br || asset.gzip) headers.set("vary", "accept-encoding");
  if (form.encoding) headers.set("content-encoding", form.encoding);
  return headers;
}

/**
 * Tell whether the client has this very asset, however it was packed.
 *
 * @param {Request} request
 * @param {Asset} asset
 */
export function isKnown(request, asset) {
  const known = (request.headers.get("if-none-match") ?? "").split(",").map((each) => each.trim().replace(/^W\//, ""));
  const mark = `"${asset.sha256.slice(0, 32)}`;
  return known.some((each) => each === "*" || each === `${mark}"` || each.startsWith(`${mark}-`));
}

/**
 * Return the part that is asked for, nothing where all of it is, or null where there is no such part.
 *
 * @param {Request} request
 * @param {Asset} asset
 * @param {string} etag
 * @returns {{from: number, to: number} | null | undefined}
 */
export function partOf(request, asset, etag) {
  const asked = RANGE.exec(request.headers.get("range") ?? "");
  const only = request.headers.get("if-range");
  if (!asked || (asked[1] === "" && asked[2] === "") || (only !== null && only !== etag)) return undefined;
  const last = asset.bytes - 1;
  const [from, to] =
    asked[1] === ""
      ? [Math.max(0, asset.bytes - Number(asked[2])), last]
      : [Number(asked[1]), asked[2] === "" ? last : Math.min(last, Number(asked[2]))];
  if (asked[1] !== "" && asked[2] !== "" && Number(asked[2]) < from) return undefined; // it means nothing
  return from > last ? null : { from, to };
}
