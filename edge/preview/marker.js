// A frame around the element under the pointer.

const STYLE =
  "position:fixed;z-index:2147483646;pointer-events:none;box-sizing:border-box;border:2px solid #2563eb;" +
  "border-radius:3px;background:rgb(37 99 235 / 0.12);";

export class Marker {
  #document;
  /** @type {HTMLElement | null} */
  #element = null;

  /** @param {Document} document */
  constructor(document) {
    this.#document = document;
  }

  /** @param {Element} around */
  show(around) {
    if (!this.#element) {
      this.#element = this.#document.createElement("fleet-marker");
      this.#document.documentElement.append(this.#element);
    }
    const { x, y, width, height } = around.getBoundingClientRect();
    this.#element.style.cssText = `${STYLE}left:${x}px;top:${y}px;width:${width}px;height:${height}px`;
  }

  hide() {
    this.#element?.remove();
    this.#element = null;
  }
}
