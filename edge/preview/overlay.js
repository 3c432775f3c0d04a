// Shows over the page what is broken, until it is mended or closed.

import { STYLE } from "./overlay_style.js";

/** @typedef {import("./trace.js").Trouble} Trouble */
/** @typedef {"locked" | "compile" | "runtime"} Kind what comes first is shown first: the rest may follow from it */

/** @type {Record<Kind, string>} */
const TITLES = {
  locked: "This page is no longer live",
  compile: "This file cannot be compiled",
  runtime: "This page threw an error",
};
const KINDS = /** @type {Kind[]} */ (Object.keys(TITLES));
const MENDED = "It closes by itself when the file is mended; Escape closes it now.";
const UNLOCKED = "The page then goes on where it is; Escape closes this note now.";

/**
 * @param {string} name
 * @param {string} text
 * @param {string} [tag]
 */
function part(name, text, tag = "p") {
  const element = document.createElement(tag);
  element.className = name;
  element.textContent = text;
  return element;
}

/** @param {Trouble} trouble */
function place({ file, line, column }) {
  return [file, line, column].filter(Boolean).join(":");
}

/** @param {Kind} kind @param {Trouble} trouble @param {() => void} close */
function card(kind, trouble, close) {
  const element = document.createElement("section");
  element.setAttribute("role", "alertdialog");
  element.setAttribute("aria-label", TITLES[kind]);
  element.append(part("title", TITLES[kind]));
  if (trouble.file) element.append(part("place", place(trouble)));
  element.append(part("message", trouble.message));
  if (trouble.frame) element.append(part("frame", trouble.frame, "pre"));
  else if (trouble.stack) element.append(part("frame", trouble.stack, "pre"));
  element.append(part("hint", kind === "locked" ? UNLOCKED : MENDED));
  const button = part("close", "×", "button");
  button.setAttribute("aria-label", "Close");
  button.addEventListener("click", close);
  element.append(button);
  return element;
}

export class Overlay {
  /** @type {Map<Kind, Trouble>} */
  #troubles = new Map();
  /** @type {HTMLElement | null} */
  #host = null;

  /** @param {Kind} kind @param {Trouble} trouble */
  show(kind, trouble) {
    this.#troubles.set(kind, trouble);
    this.#render();
  }

  /**
   * What was broken is mended.
   * @param {Kind} kind
   * @param {Set<string>} [files] only if it was in one of these
   */
  clear(kind, files) {
    const trouble = this.#troubles.get(kind);
    if (!trouble || (files && !files.has(trouble.file ?? ""))) return;
    this.#troubles.delete(kind);
    this.#render();
  }

  #render() {
    const kind = KINDS.find((one) => this.#troubles.has(one));
    const trouble = kind && this.#troubles.get(kind);
    if (!trouble) return this.#close();
    this.#host ??= this.#open();
    const { dataset } = this.#host;
    [dataset.kind, dataset.file, dataset.line] = [kind, trouble.file ?? "", String(trouble.line ?? "")];
    const style = document.createElement("style");
    style.textContent = STYLE;
    const back = part("back", "", "div");
    back.append(card(kind, trouble, () => this.#close()));
    this.#host.shadowRoot?.replaceChildren(style, back);
  }

  #open() {
    const host = document.createElement("fleet-overlay");
    host.attachShadow({ mode: "open" });
    // Beside the body: an app that renders into the body itself would take it away.
    document.documentElement.append(host);
    document.addEventListener("keydown", this.#closeOnEscape);
    return host;
  }

  #close() {
    this.#host?.remove();
    this.#host = null;
    document.removeEventListener("keydown", this.#closeOnEscape);
  }

  /** @param {KeyboardEvent} event */
  #closeOnEscape = ({ key }) => {
    if (key === "Escape") this.#close();
  };
}
