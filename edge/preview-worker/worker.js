/**
 * The preview runtime that all apps share: it pulls from the origin, and keeps what can never change.
 *
 * @typedef {import("./origin.js").Env} Env
 */

import { keyOf, Memory } from "./memory.js";
import { ask } from "./origin.js";

const BYTES = 48 * 1024 * 1024;
const memory = new Memory(BYTES);

export default {
  /**
   * @param {Request} request
   * @param {Env} env
   * @returns {Promise<Response>}
   */
  async fetch(request, env) {
    const key = keyOf(request);
    if (key === undefined) return await ask(request, env);
    return memory.find(key) ?? (await memory.keep(key, await ask(request, env)));
  },
};
