/**
 * The isolates of one process: loads a script's modules before its isolate is asked for, for a load that fails would
 * spoil the isolate's name for ever, and lets those go that were not used for longest.
 *
 * @typedef {{fetch(input: string): Promise<Response>}} Store
 * @typedef {{get(name: string, make: () => any): any}} Loader
 * @typedef {{app: string, release: string, main: string, modules: Record<string, {sha256: string, type: string}>,
 *   compatibility_date: string, compatibility_flags?: string[]}} Script
 * @typedef {{LOADER: Loader, SCRIPTS: Store, BLOBS: Store, VARIABLES: Store}} Env
 * @typedef {{version: string, values: Record<string, unknown>}} Variables
 */

const MOST = 500;
const VARIABLES_MS = 1_000;
const GUARD = "__fleet.js";
/** As Workers for Platforms says it: nobody deployed one, and nobody's log has to have it. */
export const NOT_FOUND = "Worker not found.";
const NOBODY = { version: "0", values: {} };

export class Isolates {
  /** @type {Map<string, any>} names in the order of their last use */
  #loaded = new Map();
  /** @type {Map<string, number>} how often a name was spoiled */
  #spoiled = new Map();
  /** @type {Map<string, {found: Variables, at: number}>} */
  #variables = new Map();

  get size() {
    return this.#loaded.size;
  }

  /**
   * Return the way into a script.
   *
   * @param {string} script environment and name
   * @param {Env} env
   * @param {any} ctx
   */
  async find(script, env, ctx) {
    const { environment, app, script: name } = whoseIs(script);
    const { version, values } = await this.#variablesOf(env, environment, app);
    const plain = `${environment}.${name}.${version}`;
    const isolate = `${plain}.${this.#spoiled.get(plain) ?? 0}`;
    if (!this.#loaded.has(isolate)) await this.#load(isolate, plain, environment, name, values, env, ctx);
    this.#loaded.delete(isolate);
    this.#loaded.set(isolate, true);
    if (this.#loaded.size > MOST) ctx.waitUntil(this.evict(env, MOST));
    return env.LOADER.get(isolate, gone).getEntrypoint();
  }

  /**
   * Let isolates go until so many are left.
   *
   * @param {Env} env
   * @param {number} keep
   */
  async evict(env, keep) {
    for (const isolate of [...this.#loaded.keys()].slice(0, Math.max(0, this.#loaded.size - keep))) {
      this.#loaded.delete(isolate);
      // It ends while it answers: that is no answer.
      await env.LOADER.get(isolate, gone)
        .getEntrypoint("FleetGuard")
        .leave()
        .catch(() => {});
    }
  }

  /**
   * @param {string} isolate
   * @param {string} plain
   * @param {string} environment
   * @param {string} name
   * @param {object} values
   * @param {Env} env
   * @param {any} ctx
   */
  async #load(isolate, plain, environment, name, values, env, ctx) {
    const script = await scriptOf(env, name);
    const modules = await modulesOf(env, script);
    const whose = { environment, app: script.app, script: name };
    const made = env.LOADER.get(isolate, () => ({
      compatibilityDate: script.compatibility_date,
      compatibilityFlags: script.compatibility_flags ?? [],
      mainModule: GUARD,
      modules: { ...modules, [GUARD]: { js: guard(script.main) } },
      env: {
        ...values,
        KV: ctx.exports.KV({ props: whose }),
        ASSETS: ctx.exports.Assets({ props: { app: script.app, release: script.release } }),
      },
      tails: [ctx.exports.Tail({ props: whose })],
    }));
    try {
      await made.getEntrypoint("FleetGuard").arrive();
    } catch (error) {
      this.#spoiled.set(plain, (this.#spoiled.get(plain) ?? 0) + 1);
      throw error;
    }
  }

  /**
   * Return what an app's environment gives its scripts: another version of it makes another isolate.
   *
   * @param {Env} env
   * @param {string} environment
   * @param {string} app
   * @returns {Promise<Variables>}
   */
  async #variablesOf(env, environment, app) {
    const name = `${environment}/${app}`;
    const known = this.#variables.get(name);
    if (known && Date.now() - known.at < VARIABLES_MS) return known.found;
    const answer = await env.VARIABLES.fetch(`http://variables/${name}.json`);
    const found = answer.ok ? /** @type {Variables} */ (await answer.json()) : NOBODY;
    this.#variables.set(name, { found, at: Date.now() });
    return found;
  }
}

/**
 * Return what the name of a script says.
 *
 * @param {string} script
 */
export function whoseIs(script) {
  const [environment = "", name = ""] = script.split("/");
  return { environment, app: name.replace(/--.*/, ""), script: name };
}

/**
 * @param {Env} env
 * @param {string} name
 * @returns {Promise<Script>}
 */
async function scriptOf(env, name) {
  const answer = await env.SCRIPTS.fetch(`http://scripts/${name}.json`);
  if (!answer.ok) throw new Error(NOT_FOUND);
  return await answer.json();
}

/**
 * @param {Env} env
 * @param {Script} script
 */
async function modulesOf(env, script) {
  const named = Object.entries(script.modules).map(async ([name, { sha256, type }]) => {
    const answer = await env.BLOBS.fetch(`http://blobs/${sha256.slice(0, 2)}/${sha256}`);
    if (!answer.ok) throw new Error(`module ${name} cannot be read: ${answer.status}`);
    if (type === "esm") return [name, { js: await answer.text() }];
    if (type === "text") return [name, { text: await answer.text() }];
    return [name, { [type]: await answer.arrayBuffer() }];
  });
  return Object.fromEntries(await Promise.all(named));
}

/** @param {string} main */
function guard(main) {
  const path = JSON.stringify(`./${main}`);
  return `import { WorkerEntrypoint, abortIsolate } from "cloudflare:workers";
import * as main from ${path};
export * from ${path};
export default main.default;
export class FleetGuard extends WorkerEntrypoint {
  arrive() {}
  leave() { abortIsolate("not used for long"); }
}`;
}

/** @returns {never} */
function gone() {
  throw new Error("it is not loaded");
}
