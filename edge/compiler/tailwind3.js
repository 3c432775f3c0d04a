// A stylesheet of Tailwind 3, made from memory: what classes add is made rule by rule, and each rule once.

import { createRequire } from "node:module";
import postcss from "postcss";
import { revive } from "./config3.js";
import { inline } from "./inline.js";
import { applies, GAP, gap, LAYERS, nameOf, signatureOf, takeOut } from "./layers3.js";
import { joined, pieceOf } from "./pieces3.js";
import { loadPlugin } from "./plugins3.js";

/** @typedef {{config: any, prefix?: boolean}} Setup the configuration as data; whether Autoprefixer goes over it */
/** @typedef {import("./pieces3.js").Piece} Piece */

const require = createRequire(import.meta.url);
const part = (/** @type {string} */ name) => require(`tailwindcss3/lib/lib/${name}`);
const { createContext } = part("setupContextUtils");
const { generateRules } = part("generateRules");
const { NOT_ON_DEMAND } = part("sharedState");
const cloneNodes = require("tailwindcss3/lib/util/cloneNodes").default;
const normalize = part("normalizeTailwindDirectives").default;
const partition = part("partitionApplyAtRules").default;
const resolveConfig = require("tailwindcss3/resolveConfig");
const STEPS = [
  "expandApplyAtRules",
  "evaluateTailwindFunctions",
  "substituteScreenAtRules",
  "resolveDefaultsAtRules",
  "collapseAdjacentRules",
  "collapseDuplicateDeclarations",
].map((name) => part(name).default);

export class Sheet3 {
  /** The text of each rule. @type {Map<import("postcss").ChildNode, Piece[]>} */
  pieces = new Map();

  /**
   * @param {string} source
   * @param {string} path
   * @param {import("./inline.js").Find} find
   * @param {Setup} setup
   * @param {Sheet3} [last] what it was before: most edits leave alone what takes long to make
   */
  constructor(source, path, find, { config, prefix = false }, last) {
    this.root = inline(source, path, find);
    this.written = this.root.clone();
    /** @type {Set<string>} */
    this.directives = normalize(this.root).tailwindDirectives;
    partition()(this.root);
    this.root.each((node) => {
      // Words of Tailwind 2 that 3 takes for this.
      if (node.type === "atrule" && /^(?:responsive|variants)$/.test(node.name))
        node.assign({ name: "layer", params: "utilities" });
    });
    this.base = takeOut(this.root, (layer) => layer === "base");
    this.signature = signatureOf(this.root, config, prefix);
    if (last?.signature === this.signature) {
      takeOut(this.root, (layer) => LAYERS.includes(layer));
      this.prefix = last.prefix;
      this.context = last.context;
      // What applies a class may mean one of the sheet's own.
      this.pieces = new Map([...last.pieces].filter(([rule]) => !applies(rule)));
    } else {
      this.prefix = prefix ? require("autoprefixer")() : null;
      const resolved = resolveConfig({ ...revive(config, loadPlugin), content: [], experimental: {} });
      this.context = createContext(resolved, [], this.root);
      generateRules(new Set([NOT_ON_DEMAND]), this.context);
      const safe = this.context.changedContent.map((/** @type {{content: string}} */ one) => one.content);
      this.add([...safe, ...this.classesOfLayers()]);
    }
    this.parts = this.frame();
    this.text = "";
    this.made = -1;
  }

  /** Whether classes make a difference. */
  get open() {
    return LAYERS.some((layer) => this.directives.has(layer));
  }

  /** @param {Iterable<string>} candidates those before stay */
  build(candidates) {
    if (this.open) this.add(candidates);
    const { ruleCache, offsets } = this.context;
    if (ruleCache.size === this.made) return this.text;
    this.made = ruleCache.size;
    /** @type {Record<string, Set<Piece[]>>} */
    const layers = { components: new Set(), utilities: new Set(), variants: new Set() };
    // By name first: whoever comes to the same classes by another way gets the same text.
    const named = [...ruleCache].sort(([, a], [, b]) => (nameOf(a) < nameOf(b) ? -1 : 1));
    for (const [{ layer }, rule] of offsets.sort(named)) {
      if (layers[layer] && this.isShown(layer, rule)) layers[layer].add(this.piecesOf(rule));
    }
    this.text = this.parts.map((one, index) => (index % 2 ? joined(layers[one]) : one)).join("");
    return this.text;
  }

  /** @param {Iterable<string>} candidates */
  add(candidates) {
    generateRules(new Set(candidates), this.context);
  }

  /**
   * @param {string} layer
   * @param {import("postcss").ChildNode} rule
   */
  isShown(layer, rule) {
    const parent = /** @type {any} */ (rule.raws).tailwind?.parentLayer;
    return layer !== "variants" || !LAYERS.includes(parent) || this.directives.has(parent);
  }

  /** What stands whatever classes there are, split at the gaps: text, layer, text, layer, text … */
  frame() {
    const { root, context } = this;
    const rules = context.offsets.sort([...context.ruleCache]);
    const of = (/** @type {string} */ name) =>
      new Set(rules.flatMap((/** @type {any} */ [sort, rule]) => (sort.layer === name ? [rule] : [])));
    root.walkAtRules("tailwind", (rule) => {
      const made = cloneNodes([...of("defaults"), ...of("base")], rule.source, { layer: "base" });
      if (rule.params === "base") rule.replaceWith(...made, ...this.base);
      else rule.replaceWith(gap(rule.params));
    });
    if (!this.directives.has("variants")) root.append(gap("variants"));
    this.finish(root);
    return root.toString().split(GAP);
  }

  /**
   * @param {import("postcss").ChildNode} rule
   * @returns {Piece[]}
   */
  piecesOf(rule) {
    const known = this.pieces.get(rule);
    if (known) return known;
    // What it applies may be a class that stands outside of any layer.
    const root = applies(rule) ? this.written.clone() : postcss.root();
    const mark = gap("utilities");
    root.append(mark, cloneNodes([rule]));
    this.finish(root);
    const made = root.nodes.slice(root.index(mark) + 1).map(pieceOf);
    this.pieces.set(rule, made);
    return made;
  }

  /** @param {import("postcss").Root} root what Tailwind does to a tree when the rules are in it */
  finish(root) {
    partition()(root);
    for (const step of STEPS) step(this.context)(root);
    if (this.prefix) postcss([this.prefix]).process(root, { from: undefined }).sync();
  }

  /** The classes that the sheet's own layers define: they are kept, for who writes them looks for them. */
  classesOfLayers() {
    /** @type {Set<string>} */
    const found = new Set();
    this.written.walkAtRules("layer", (layer) => {
      layer.walkRules(({ selector }) => {
        for (const [, name] of selector.matchAll(/\.((?:\\.|[\w-]|[^\p{ASCII}])+)/gu))
          found.add(name.replace(/\\(.)/g, "$1"));
      });
    });
    return found;
  }
}
