/**
 * Keys and values as Workers KV has them, one database for each app and environment: `x-kv-whose` says which, and
 * only the process that runs the scripts says that.
 *
 * @typedef {{key: string, expiration?: number, expirationTtl?: number, metadata?: unknown}} Put
 * @typedef {{prefix?: string, limit?: number, cursor?: string}} List
 */

import { DurableObject } from "cloudflare:workers";

const PART = 1024 * 1024;
const LARGEST = 25 * PART;
const MOST_BYTES = 1024 * PART;
const LONGEST_KEY = 512;
const LONGEST_METADATA = 1024;
const SHORTEST_SECONDS = 60;
const MOST_KEYS = 1_000;
const LETTERS = new TextEncoder();

export default {
  /**
   * @param {Request} request
   * @param {any} env
   */
  async fetch(request, env) {
    const whose = request.headers.get("x-kv-whose") ?? "";
    return await env.KEEPERS.get(env.KEEPERS.idFromName(whose)).fetch(request);
  },
};

/** Whether we are well. */
export const desk = { fetch: () => new Response("well") };

export class Keeper extends DurableObject {
  /**
   * @param {any} ctx
   * @param {any} env
   */
  constructor(ctx, env) {
    super(ctx, env);
    this.sql = ctx.storage.sql;
    this.storage = ctx.storage;
    this.sql.exec(
      "create table if not exists entry (key text primary key, metadata text, expires integer) without rowid",
    );
    this.sql.exec(
      "create table if not exists part (key text, n integer, body blob, primary key (key, n)) without rowid",
    );
  }

  /** @param {Request} request */
  async fetch(request) {
    const said = JSON.parse(decodeURIComponent(request.headers.get("x-kv-said") ?? "{}"));
    const verb = new URL(request.url).pathname.slice(1);
    if (verb === "list") return Response.json(this.#list(said));
    const flaw = flawOf(said.key);
    if (flaw) return new Response(flaw, { status: 400 });
    if (verb === "get") return this.#get(said.key);
    if (verb === "put") return this.#put(said, new Uint8Array(await request.arrayBuffer()));
    this.#forget(said.key);
    return new Response(null, { status: 204 });
  }

  /** @param {string} key */
  #get(key) {
    const [entry] = this.sql.exec("select * from entry where key = ? and (expires is null or expires > ?)", key, now());
    if (!entry) return new Response(null, { status: 404 });
    const parts = [...this.sql.exec("select body from part where key = ? order by n", key)].map(({ body }) => body);
    return new Response(new Blob(parts), { headers: entry.metadata ? { "x-kv-metadata": entry.metadata } : {} });
  }

  /**
   * @param {Put} said
   * @param {Uint8Array} body
   */
  #put({ key, expiration, expirationTtl, metadata }, body) {
    const kept = metadata === undefined || metadata === null ? null : ascii(JSON.stringify(metadata));
    if (body.length > LARGEST) return new Response("a value may be 25 MiB long", { status: 400 });
    if ((kept ?? "").length > LONGEST_METADATA)
      return new Response("metadata may be 1,024 bytes long", { status: 400 });
    const expires = expirationTtl === undefined ? (expiration ?? null) : now() + Number(expirationTtl);
    if (expires !== null && !(expires >= now() + SHORTEST_SECONDS))
      return new Response("what is put away stays for 60 seconds at least", { status: 400 });
    if (this.sql.databaseSize + body.length > MOST_BYTES)
      return new Response("this app has put away 1 GiB", { status: 400 });
    this.storage.transactionSync(() => {
      this.#forget(key);
      this.sql.exec("insert into entry values (?, ?, ?)", key, kept, expires);
      for (let n = 0; n * PART < body.length; n++) {
        this.sql.exec("insert into part values (?, ?, ?)", key, n, body.slice(n * PART, (n + 1) * PART));
      }
    });
    return new Response(null, { status: 204 });
  }

  /** @param {string} key */
  #forget(key) {
    this.sql.exec("delete from part where key = ?", key);
    this.sql.exec("delete from entry where key = ?", key);
  }

  /** @param {List} said */
  #list({ prefix = "", limit = MOST_KEYS, cursor = "" }) {
    for (const { key } of [...this.sql.exec("select key from entry where expires <= ?", now())]) this.#forget(key);
    const most = Math.min(Math.max(1, limit), MOST_KEYS);
    const found = [
      ...this.sql.exec(
        "select * from entry where key > ? and key >= ? and substr(key, 1, length(?)) = ? order by key limit ?",
        ...[cursor, prefix, prefix, prefix, most + 1],
      ),
    ];
    const keys = found.slice(0, most).map(({ key, metadata, expires }) => ({
      name: key,
      ...(expires === null ? {} : { expiration: expires }),
      ...(metadata === null ? {} : { metadata: JSON.parse(metadata) }),
    }));
    const isAll = found.length <= most;
    return { keys, list_complete: isAll, ...(isAll ? {} : { cursor: keys.at(-1)?.name }), cacheStatus: null };
  }
}

/** @param {unknown} key */
function flawOf(key) {
  if (typeof key !== "string" || key === "" || key === "." || key === "..") return "a key must be a text, not empty";
  return LETTERS.encode(key).length > LONGEST_KEY ? "a key may be 512 bytes long" : undefined;
}

/**
 * Return JSON as a header can carry it.
 *
 * @param {string} json
 */
function ascii(json) {
  return json.replace(/[\u007f-\uffff]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function now() {
  return Math.floor(Date.now() / 1000);
}
