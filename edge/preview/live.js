// Applies what the stream brings, one after the other: styles, definitions, replacements, one render.

import { attempt } from "./attempt.js";
import { merge } from "./merge.js";
import { compare } from "./revision.js";

/** @typedef {import("./merge.js").Update} Update */
/** @typedef {import("./trace.js").Trouble} Trouble */
/**
 * What an update touches outside of the registry.
 * @typedef {{
 *   define: (source: import("./evaluate.js").Source, rev: string) => boolean,
 *   setStyle: (id: string, text: string) => void,
 *   removeStyle: (id: string) => void,
 *   reload: (reason: string, again?: number) => void,
 *   applied: (rev: string) => void,
 *   threw: (error: unknown) => void,
 *   failed: (trouble: Trouble) => void,
 *   cleared: (ids?: Set<string>) => void,
 *   healed: () => void,
 * }} Page
 */

/** Milliseconds. A server that asks twice has reasons of its own, unless it asks every page at once. */
const ASKED_AGAIN = 3_000;

export class Live {
  /** The newest revision that has arrived; a new connection goes on from here. */
  rev;
  #registry;
  #replacer;
  #react;
  #events;
  #externals;
  #page;
  /** @type {Update[]} */
  #waiting = [];
  #first;
  /** The newest revision that is known not to compile: it is not what the page shows. @type {string | null} */
  #broken = null;
  /** @type {(begin: () => Promise<void>) => void} */
  #gate = () => {};
  #work;

  /**
   * @param {string} rev
   * @param {{
   *   registry: import("./registry.js").Registry,
   *   replacer: import("./replace.js").Replacer,
   *   react: {readonly died: boolean, refresh(): void},
   *   events: import("./events.js").Events,
   *   externals: import("./externals.js").Externals,
   * }} parts
   * @param {Page} page
   */
  constructor(rev, { registry, replacer, react, events, externals }, page) {
    this.rev = rev;
    this.#first = rev;
    this.#registry = registry;
    this.#replacer = replacer;
    this.#react = react;
    this.#events = events;
    this.#externals = externals;
    this.#page = page;
    /** @type {Promise<() => Promise<void>>} */
    const begun = new Promise((resolve) => {
      this.#gate = resolve;
    });
    this.#work = begun.then((begin) => begin()).catch(page.threw);
  }

  /**
   * Do the first evaluation. Updates that came before it wait: its definitions are older than theirs.
   * @param {() => Promise<unknown>} start
   */
  begin(start) {
    this.#gate(async () => {
      await start();
      if (this.#first !== this.#broken) this.#page.applied(this.#first);
    });
  }

  /** @param {string} event @param {any} data */
  take(event, data) {
    if (event === "reload") this.#page.reload("asked for by the server", ASKED_AGAIN);
    else if (event === "cleared") this.#page.cleared();
    else if (event === "failed" && this.#concerns(data.rev ?? this.rev, "same")) this.#fail(data);
    else if (event === "update" && this.#concerns(data.rev)) this.#update(data);
  }

  /** A replacement that `import.meta.hot.invalidate()` asked for between two updates. */
  again() {
    this.#enqueue(() => (this.#replacer.wanted ? this.#replace([]) : Promise.resolve()));
  }

  /** @param {string} rev @param {"newer" | "same"} [oldest] */
  #concerns(rev, oldest = "newer") {
    const age = compare(this.rev, rev);
    if (age === "foreign") this.#page.reload("another epoch");
    return age === "newer" || age === oldest;
  }

  /** @param {Trouble & {rev?: string}} trouble */
  #fail(trouble) {
    this.#broken = trouble.rev ?? this.rev;
    this.#events.emit("vite:error", { type: "error", err: trouble });
    this.#page.failed(trouble);
  }

  /** @param {Update} update */
  #update(update) {
    this.rev = update.rev;
    this.#waiting.push(update);
    if (this.#waiting.length === 1) this.#enqueue(() => this.#apply());
  }

  /** @param {() => Promise<unknown>} job */
  #enqueue(job) {
    this.#work = this.#work.then(job).then(() => {}, this.#page.threw);
  }

  async #apply() {
    const update = this.#reduced(merge(this.#waiting.splice(0)));
    this.#events.emit("vite:beforeUpdate", { type: "update", updates: update.modules });
    this.#clear(update);
    const refused = this.#define(update);
    if (refused) return this.#page.reload(refused);
    for (const { id, text } of update.css) this.#page.setStyle(id, text);
    if (await this.#replace(update.modules.map(({ id }) => id))) {
      this.#page.applied(update.rev);
      this.#events.emit("vite:afterUpdate", { type: "update", updates: update.modules });
    }
  }

  /**
   * Of a component whose style alone was edited, the style: what it is at stays.
   * @param {Required<Update>} update
   */
  #reduced(update) {
    const styled = new Set(update.css.map(({ id }) => id));
    const modules = update.modules.filter((source) => !(styled.has(source.id) && this.#registry.runs(source)));
    return { ...update, modules };
  }

  /**
   * There is an update only of an app that compiles: what failed before it is mended, in whichever file it was.
   * @param {Required<Update>} update
   */
  #clear({ rev, modules, css, removed }) {
    const mended = this.#broken !== null && compare(this.#broken, rev) !== "older";
    const ids = [...modules.map(({ id }) => id), ...css.map(({ id }) => id), ...removed];
    this.#page.cleared(mended ? undefined : new Set(ids));
  }

  /**
   * Put the new definitions in their places; the answer is why that cannot be.
   * @param {Required<Update>} update
   */
  #define({ rev, modules, removed }) {
    for (const source of modules) {
      for (const target of Object.values(source.deps)) {
        const unknown = typeof target === "object" && "dep" in target && !this.#externals.has(target.dep);
        if (unknown) return `the dependency ${target.dep} is new`;
      }
      if (!this.#page.define(source, rev)) return "a policy of the page forbids scripts";
    }
    for (const id of removed) this.#remove(id);
    return null;
  }

  /** @param {string} id */
  #remove(id) {
    const hot = this.#registry.instance(id)?.hot;
    hot?.end();
    for (const prune of hot?.pruners ?? []) attempt(() => prune(hot?.data ?? {}));
    this.#registry.remove(id);
    this.#page.removeStyle(id);
  }

  /**
   * @param {string[]} changed
   * @returns {Promise<boolean>} whether the page shows it now
   */
  async #replace(changed) {
    try {
      const reload = await this.#replacer.replace(changed);
      if (reload) {
        this.#events.emit("vite:beforeFullReload", { type: "full-reload" });
        this.#page.reload(reload);
        return false;
      }
      this.#react.refresh();
    } catch (error) {
      this.#page.threw(error);
      return false;
    }
    if (this.#react.died) return false; // its own error says why
    this.#page.healed();
    return true;
  }
}
