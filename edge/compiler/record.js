// What came of a configuration, as data: functions of its theme called, its own plugins run and what they do noted.

import { PLUGIN, RECORDED, REGEXP } from "./config3.js";
import { absent, named } from "./packages.js";
import { load, PLUGINS } from "./plugins3.js";

/** The configuration wants what a preview cannot do. */
export class Refused extends Error {}

const KEPT_OF_VITE = ["root", "envDir", "envPrefix", "publicDir", "define", "resolve", "css"];

/**
 * @param {import("./configs.js").Kind} kind
 * @param {any} value
 */
export function dataOf(kind, value) {
  const resolve = load("tailwindcss/resolveConfig");
  if (kind === "plugin") return pluginOf(value, resolve({ content: [] }));
  if (value === null || typeof value !== "object") throw new Refused("It exports no configuration");
  if (kind === "tailwind") {
    for (const one of value.plugins ?? []) refuseAbsent(one);
    return tailwind(value, resolve({ ...value, content: [] }));
  }
  if (kind === "postcss") return { plugins: namesOf(value.plugins ?? {}) };
  return data(Object.fromEntries(KEPT_OF_VITE.map((key) => [key, value[key]])), () => undefined);
}

/**
 * The names of PostCSS's plugins: a list of them, or a table where false turns one off.
 * @param {any} plugins
 */
function namesOf(plugins) {
  if (!Array.isArray(plugins)) return Object.keys(plugins).filter((name) => plugins[name] !== false);
  return plugins.filter(Boolean).map((one) => {
    if (typeof [one].flat()[0] === "string") return [one].flat()[0];
    return absent.get(one) ?? (one === load("tailwindcss") ? "tailwindcss" : (one.postcssPlugin ?? "of its own"));
  });
}

/**
 * @param {any} config
 * @param {any} resolved
 * @returns {any}
 */
function tailwind(config, resolved) {
  const { content: _, purge: __, plugins = [], presets, theme = {}, ...rest } = config;
  const { extend = {}, ...replaced } = theme;
  return {
    ...data(rest, called),
    theme: { ...themeOf(replaced, resolved.theme), extend: themeOf(extend, resolved.theme) },
    plugins: plugins.map((/** @type {any} */ one) => pluginOf(one, resolved)),
    ...(presets ? { presets: presets.map((/** @type {any} */ one) => tailwind(one, resolved)) } : {}),
  };
}

/**
 * A part with functions in it is what Tailwind makes of it in the end.
 * @param {Record<string, any>} theme
 * @param {Record<string, any>} resolved
 */
function themeOf(theme, resolved) {
  return Object.fromEntries(
    Object.entries(theme).map(([key, value]) => [
      key,
      data(typeof value === "function" ? resolved[key] : value, called),
    ]),
  );
}

/** A colour that is a function of its opacity. @param {Function} value */
function called(value) {
  return value({ opacityValue: "<alpha-value>", opacityVariable: undefined });
}

/**
 * @param {any} value
 * @param {(value: Function) => unknown} call
 * @returns {any}
 */
function data(value, call) {
  if (typeof value === "function") return data(call(value), () => undefined);
  if (value instanceof RegExp) return { [REGEXP]: [value.source, value.flags] };
  if (Array.isArray(value)) return value.map((one) => data(one, call));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, data(one, call)]));
}

/**
 * @param {any} plugin
 * @param {any} resolved
 */
function pluginOf(plugin, resolved) {
  const ours = named.get(plugin);
  if (ours) return { [PLUGIN]: ours.name, options: data(ours.options, called) };
  refuseAbsent(plugin);
  const made = plugin?.__isOptionsFunction ? plugin() : plugin;
  const handler = typeof made === "function" ? made : made?.handler;
  if (typeof handler !== "function") throw new Refused("One of its plugins is no plugin");
  /** @type {any[]} */
  const calls = [];
  handler(recorder(calls, resolved));
  return { [RECORDED]: calls, config: made.config ? tailwind(made.config, resolved) : undefined };
}

/** @param {any} plugin */
function refuseAbsent(plugin) {
  const missing = absent.get(plugin);
  if (missing)
    throw new Refused(`The plugin "${missing}" cannot be used in a preview; these can: ${PLUGINS.join(", ")}`);
}

/**
 * The interface of plugins; what takes functions is tried with each of its values.
 * @param {any[]} calls
 * @param {any} resolved
 */
function recorder(calls, resolved) {
  const note =
    (/** @type {string} */ method) =>
    (/** @type {any[]} */ ...given) =>
      void calls.push([method, ...data(given, refuse)]);
  const expand =
    (/** @type {string} */ method) =>
    (/** @type {Record<string, Function>} */ made, /** @type {any} */ { values = {} } = {}) => {
      for (const [name, make] of Object.entries(made)) {
        for (const [key, value] of Object.entries(values)) {
          const rules = make(value, { modifier: null });
          if (rules)
            note(method)({
              [`.${escaped(classOf(name, key))}`]: Object.assign({}, ...[rules].flat()),
            });
        }
      }
    };
  const theme = reader(resolved.theme);
  return {
    addUtilities: note("addUtilities"),
    addComponents: note("addComponents"),
    addBase: note("addBase"),
    addVariant: note("addVariant"),
    matchUtilities: expand("addUtilities"),
    matchComponents: expand("addComponents"),
    matchVariant: (
      /** @type {string} */ name,
      /** @type {Function} */ make,
      /** @type {any} */ { values = {} } = {},
    ) => {
      for (const [key, value] of Object.entries(values))
        note("addVariant")(classOf(name, key), make(value, { modifier: null }));
    },
    theme,
    config: reader(resolved),
    corePlugins: () => true,
    prefix: (/** @type {string} */ selector) => selector,
    e: escaped,
    variants: () => [],
    postcss: load("postcss"),
  };
}

/** @returns {never} */
function refuse() {
  throw new Refused("One of its plugins gives Tailwind functions that only run while classes are made");
}

const escaped = (/** @type {string} */ name) => load("tailwindcss/lib/util/escapeClassName").default(name);

/** @param {string} name @param {string} key */
function classOf(name, key) {
  if (key === "DEFAULT") return name;
  return key.startsWith("-") ? `-${name}${key}` : `${name}-${key}`;
}

/** @param {any} whole */
function reader(whole) {
  return (/** @type {string} */ path, /** @type {any} */ otherwise) => {
    let value = whole;
    for (const key of path?.match(/[^.[\]]+/g) ?? []) value = value?.[key];
    return value === undefined ? otherwise : value;
  };
}
