// A configuration of Tailwind as data, and back: what is no JSON in it stands under a mark.

/** `[source, flags]` of a regular expression. */
export const REGEXP = "$regexp";
/** The name of a plugin, with `options` beside it. */
export const PLUGIN = "$plugin";
/** What a plugin of the app's own did when it was run: `[method, ...arguments]` each. */
export const RECORDED = "$recorded";
/** Keys that would reach, when Tailwind merges, what all apps share. */
const UNSAFE = new Set(["__proto__", "constructor", "prototype"]);

/**
 * @param {any} value
 * @param {(name: string) => any} load a plugin that is ours
 * @returns {any}
 */
export function revive(value, load) {
  if (Array.isArray(value)) return value.map((one) => revive(one, load));
  if (value === null || typeof value !== "object") return value;
  if (REGEXP in value) return new RegExp(value[REGEXP][0], value[REGEXP][1]);
  if (PLUGIN in value) return plugin(load(value[PLUGIN]), revive(value.options, load));
  if (RECORDED in value) return replay(revive(value[RECORDED], load), revive(value.config, load));
  const entries = Object.entries(value).filter(([key]) => !UNSAFE.has(key));
  return Object.fromEntries(entries.map(([key, one]) => [key, revive(one, load)]));
}

/**
 * @param {any} found
 * @param {unknown} options
 */
function plugin(found, options) {
  return options === undefined ? found : found(options);
}

/**
 * @param {[method: string, ...given: any[]][]} calls
 * @param {any} config
 */
function replay(calls, config) {
  const handler = (/** @type {Record<string, (...given: any[]) => void>} */ api) => {
    for (const [method, ...given] of calls) api[method](...given);
  };
  return { handler, config };
}
