// Click-to-inspect: a page that frames this one may ask which file made an element.

import { owner } from "./fiber.js";
import { Marker } from "./marker.js";
import { allowed } from "./origins.js";

/** @typedef {import("./trace.js").Tracer} Tracer */

export class Inspector {
  #window;
  #ancestors;
  #tracer;
  #marker;
  /** The origin that asked, while it may see. @type {string | null} */
  #asked = null;

  /** @param {Window & typeof globalThis} window @param {string[]} ancestors @param {Tracer} tracer */
  constructor(window, ancestors, tracer) {
    this.#window = window;
    this.#ancestors = ancestors;
    this.#tracer = tracer;
    this.#marker = new Marker(window.document);
  }

  listen() {
    this.#window.addEventListener("message", (message) => this.#hear(message));
  }

  /** @param {MessageEvent} message */
  #hear({ source, origin, data }) {
    const framed = this.#window.parent !== this.#window;
    if (!framed || source !== this.#window.parent) return;
    if (!allowed(origin, this.#ancestors, this.#window.location.origin)) return;
    if (data?.type === "enable-inspection" && this.#isMeant(data.preview_url)) this.#enable(origin);
    if (data?.type === "disable-inspection") this.#disable();
  }

  /** @param {unknown} url */
  #isMeant(url) {
    return typeof url === "string" && URL.canParse(url) && new URL(url).origin === this.#window.location.origin;
  }

  /** @param {string} origin */
  #enable(origin) {
    if (this.#asked === null) this.#listenTo("addEventListener");
    this.#asked = origin;
    this.#say({ type: "inspection-enabled" });
  }

  #disable() {
    if (this.#asked === null) return;
    this.#listenTo("removeEventListener");
    this.#say({ type: "inspection-disabled" });
    this.#asked = null;
    this.#marker.hide();
  }

  /** @param {"addEventListener" | "removeEventListener"} verb */
  #listenTo(verb) {
    const { document } = this.#window;
    document[verb]("pointermove", this.#point, true);
    for (const kind of ["pointerdown", "pointerup", "mousedown", "mouseup"]) document[verb](kind, this.#hold, true);
    document[verb]("click", this.#pick, true);
    document[verb]("keydown", this.#leave, true);
  }

  /** @param {Event} event */
  #point = ({ target }) => {
    if (target instanceof Element) this.#marker.show(target);
  };

  /** The app does not see what is meant for the inspector. @param {Event} event */
  #hold = (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
  };

  /** @param {Event} event */
  #pick = async (event) => {
    this.#hold(event);
    this.#window.focus(); // which the click did not move, and Escape needs
    if (!(event.target instanceof Element)) return;
    this.#say({ type: "element-inspected", ...(await this.#describe(event.target)) });
  };

  /** @param {Event} event */
  #leave = (event) => {
    if (!(event instanceof KeyboardEvent) || event.key !== "Escape") return;
    this.#hold(event);
    this.#disable();
  };

  /** @param {Element} element */
  async #describe(element) {
    const { component, source, stack } = owner(element);
    const { file, line, column } = source ?? (await this.#tracer.locate(stack));
    const { x, y, width, height } = element.getBoundingClientRect();
    return {
      tag: element.localName,
      text: (element.textContent ?? "").trim().slice(0, 200),
      class_name: element.getAttribute("class") ?? "",
      component,
      file,
      line,
      column,
      rect: { x, y, width, height },
    };
  }

  /** @param {object} message */
  #say(message) {
    const told = { ...message, preview_url: this.#window.location.href };
    if (this.#asked !== null) this.#window.parent.postMessage(told, this.#asked);
  }
}
