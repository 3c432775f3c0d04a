// What the tests share: runs compiled bodies as the page would, and reads source maps.

import { SourceMap } from "node:module";
import { PARAMETERS } from "../script.js";

/** @type {new (...parameters: string[]) => (...values: unknown[]) => Promise<void>} */
const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor;

/**
 * The exports and the registrations of a body, given what others export.
 * @param {string} code
 * @param {Record<string, Record<string, unknown>>} [others]
 * @param {object} [meta]
 */
export async function run(code, others = {}, meta = {}) {
  /** @type {Record<string, any>} */
  const exports = {};
  /** @type {string[]} */
  const registered = [];
  const load = async (/** @type {string} */ spec) => others[spec] ?? {};
  const all = (/** @type {object} */ other) => Object.assign(exports, other);
  const register = (/** @type {unknown} */ _, /** @type {string} */ name) => registered.push(name);
  const sign = () => (/** @type {unknown} */ kind) => kind;
  await new AsyncFunction(...PARAMETERS, `"use strict";\n${code}`)(exports, load, load, all, meta, register, sign);
  return { exports, registered };
}

/**
 * Where a text of a compiled body comes from, counted from 1, when the body stands below one line.
 * @param {{code: string, map: string}} compiled
 * @param {string} text
 */
export function originOf({ code, map }, text) {
  const lines = `head\n${code}`.split("\n");
  const line = lines.findIndex((one) => one.includes(text));
  const entry = new SourceMap(JSON.parse(map)).findEntry(line, lines[line].indexOf(text));
  if (!("originalLine" in entry)) return undefined;
  return { file: entry.originalSource, line: entry.originalLine + 1, column: entry.originalColumn + 1 };
}

/**
 * The report of the problem that a function meets.
 * @param {() => unknown} fails
 * @returns {Promise<import("../problem.js").Report>}
 */
export async function reportOf(fails) {
  try {
    await fails();
  } catch (error) {
    const { Problem } = await import("../problem.js");
    if (error instanceof Problem) return error.report;
    throw error;
  }
  throw new Error("there was no problem");
}
