/**
 * A small client of what every app finds on its own host: sign-in, and the rows of its tables. As a page imports it:
 *
 *     import { createClient } from "/api/client.js";
 *     const app = createClient();
 *     await app.auth.signIn("ann@example.com", "…");
 *     const { rows } = await app.from("todos").list({ where: { done: "is.false" }, order: "created_at.desc" });
 *
 * Plain `fetch` does as well: this keeps the session, renews it in one tab at a time, and spells the questions.
 *
 * @typedef {{user_id: string, email: string | null, anonymous: boolean}} User
 * @typedef {{access_token: string, refresh_token: string, expires_in: number, expires_at: number, user: User}} Session
 * @typedef {{getItem(key: string): string | null, setItem(key: string, value: string): void, removeItem(key: string): void}} Store
 * @typedef {{url?: string, app?: string, data?: "development" | "production", token?: string, store?: Store,
 *   fetch?: typeof fetch}} Options `url` and `app` only where the page is not on the app's own host
 * @typedef {Record<string, string | string[]>} Where conditions by column, as `{age: "gte.18"}`
 * @typedef {{where?: Where, select?: string[], order?: string, limit?: number, cursor?: string, count?: boolean}} Question
 * @typedef {{id: string, owner: string | null, created_at: string, updated_at: string} & Record<string, any>} Row
 * @typedef {{rows: Row[], next: string | null, count?: number}} Page
 */

const KEY = "fleet-session";
/** A token that ends so soon could end on its way. */
const SOON_SECONDS = 30;

/** What went wrong, as the server says it: `errors` name the fields. */
export class ApiError extends Error {
  /** @param {{status: number, detail?: string, title?: string, reason?: string, errors?: {field: string, reason: string}[]}} problem */
  constructor(problem) {
    super(problem.detail ?? problem.title ?? `status ${problem.status}`);
    this.name = "ApiError";
    this.status = problem.status;
    this.reason = problem.reason;
    this.errors = problem.errors ?? [];
  }
}

/** @param {Options} [options] */
export function createClient(options = {}) {
  const session = new Sessions(options);
  return { auth: session, from: /** @param {string} table */ (table) => new Table(session, table) };
}

/** Who has signed in; the session is kept in the browser until it ends. */
class Sessions {
  /** @param {Options} options */
  constructor(options) {
    this.options = options;
    this.store = options.store ?? globalThis.localStorage;
    /** @type {Set<(user: User | null) => void>} */
    this.listeners = new Set();
    /** @type {Promise<unknown> | null} */
    this.renewing = null;
  }

  /** @returns {Session | null} */
  get session() {
    return JSON.parse(this.store?.getItem(KEY) ?? "null");
  }

  get user() {
    return this.session?.user ?? null;
  }

  /** @param {string} email @param {string} password */
  signUp(email, password) {
    return this.#begin("sign-up", { email, password });
  }

  /** @param {string} email @param {string} password */
  signIn(email, password) {
    return this.#begin("sign-in", { email, password });
  }

  /** Come in without a name; to sign up later keeps what was written. */
  anonymous() {
    return this.#begin("anonymous");
  }

  /** @param {{everywhere?: boolean}} [how] */
  async signOut(how = {}) {
    try {
      await this.ask("POST", "/api/auth/sign-out", how);
    } finally {
      this.#keep(null);
    }
  }

  /**
   * Hear who has signed in, whenever that changes; call what is returned to hear it no more.
   *
   * @param {(user: User | null) => void} listener
   */
  onChange(listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /**
   * Ask the app's API as whoever has signed in.
   *
   * @param {string} method
   * @param {string} path
   * @param {unknown} [body]
   */
  async ask(method, path, body) {
    let kept = this.session;
    if (kept && kept.expires_at - SOON_SECONDS < Date.now() / 1000) {
      await this.#renewed(kept);
      kept = this.session;
    }
    return await this.#send(method, path, body, this.options.token ?? kept?.access_token);
  }

  /** @param {string} how @param {unknown} [said] */
  async #begin(how, said) {
    const path = `/api/auth/${how}`;
    // Signing up as somebody without a name keeps what they wrote.
    const begun = how === "sign-up" ? await this.ask("POST", path, said) : await this.#send("POST", path, said);
    return this.#keep(begun);
  }

  /**
   * Each renewal is good once: of all tabs one renews, and the others find what it got.
   *
   * @param {Session} old
   */
  async #renewed(old) {
    const renew = async () => {
      if (this.session?.refresh_token !== old.refresh_token) return;
      try {
        this.#keep(await this.#send("POST", "/api/auth/refresh", { refresh_token: old.refresh_token }));
      } catch (error) {
        if (!(error instanceof ApiError) || error.status !== 401) throw error;
        this.#keep(null);
      }
    };
    const locks = globalThis.navigator?.locks;
    this.renewing ??= (locks ? locks.request(KEY, renew) : renew()).finally(() => {
      this.renewing = null;
    });
    await this.renewing;
  }

  /** @param {Session | null} session */
  #keep(session) {
    // By this clock: how much another is off, nobody knows.
    const kept = session && { ...session, expires_at: Date.now() / 1000 + session.expires_in };
    if (kept) this.store?.setItem(KEY, JSON.stringify(kept));
    else this.store?.removeItem(KEY);
    for (const listener of this.listeners) listener(session?.user ?? null);
    return session?.user ?? null;
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {unknown} [body]
   * @param {string} [token]
   */
  async #send(method, path, body, token) {
    const { url = "", app, data, fetch: send = globalThis.fetch } = this.options;
    const headers = new Headers();
    if (token) headers.set("authorization", `Bearer ${token}`);
    if (app) headers.set("x-app-id", app);
    if (app && data) headers.set("x-data-environment", data);
    if (body !== undefined) headers.set("content-type", "application/json");
    const answer = await send(url + path, { method, headers, body: body === undefined ? null : JSON.stringify(body) });
    const text = await answer.text();
    const said = text && (answer.headers.get("content-type") ?? "").includes("json") ? JSON.parse(text) : null;
    if (!answer.ok) throw new ApiError({ ...said, status: answer.status });
    return said;
  }
}

/** The rows of one table, as far as whoever has signed in may see them. */
class Table {
  /** @param {Sessions} session @param {string} name */
  constructor(session, name) {
    this.session = session;
    this.path = `/api/entities/${encodeURIComponent(name)}`;
  }

  /** @param {Question} [question] @returns {Promise<Page>} */
  list(question = {}) {
    return this.session.ask("GET", this.path + spelled(question));
  }

  /** @param {string} id @returns {Promise<Row>} */
  get(id) {
    return this.session.ask("GET", this.#row(id));
  }

  /** One row, or, of a list, a page of them. @param {Record<string, any> | Record<string, any>[]} values */
  insert(values) {
    return this.session.ask("POST", this.path, values);
  }

  /** @param {Record<string, any> | Record<string, any>[]} values @param {string[]} on what is unique of them */
  upsert(values, on) {
    return this.session.ask("POST", `${this.path}?${new URLSearchParams({ on_conflict: on.join(",") })}`, values);
  }

  /** @param {string} id @param {Record<string, any>} values @returns {Promise<Row>} */
  update(id, values) {
    return this.session.ask("PATCH", this.#row(id), values);
  }

  /** @param {string} id @returns {Promise<Row>} */
  remove(id) {
    return this.session.ask("DELETE", this.#row(id));
  }

  /** @param {string} id */
  #row(id) {
    return `${this.path}/${encodeURIComponent(id)}`;
  }
}

/** @param {Question} question */
function spelled({ where = {}, select, order, limit, cursor, count }) {
  const query = new URLSearchParams();
  for (const [column, conditions] of Object.entries(where)) {
    for (const condition of [conditions].flat()) query.append(column, condition);
  }
  if (select) query.set("select", select.join(","));
  if (order) query.set("order", order);
  if (limit !== undefined) query.set("limit", String(limit));
  if (cursor) query.set("cursor", cursor);
  if (count) query.set("count", "exact");
  const text = query.toString();
  return text && `?${text}`;
}
