// The page's style sheets, each swapped in place: one assignment, so no frame is painted without it.

/**
 * @param {Document} document
 * @returns {HTMLStyleElement[]}
 */
const sheets = (document) => [
  .../** @type {NodeListOf<HTMLStyleElement>} */ (document.querySelectorAll("style[data-fleet-css]")),
];

/**
 * @param {Document} document
 * @param {string} id
 */
const sheet = (document, id) => sheets(document).find(({ dataset }) => dataset.fleetCss === id);

/**
 * @param {Document} document
 * @param {string} id
 */
export const hasStyle = (document, id) => sheet(document, id) !== undefined;

/**
 * @param {Document} document
 * @param {string} id
 * @param {string} text
 */
export function setStyle(document, id, text) {
  const known = sheet(document, id);
  if (known) {
    if (known.textContent !== text) known.textContent = text;
    return;
  }
  const style = document.createElement("style");
  style.dataset.fleetCss = id;
  style.textContent = text;
  // After the others: what comes later wins, as it would after a reload.
  const last = sheets(document).at(-1);
  if (last) last.after(style);
  else document.head.append(style);
}

/**
 * @param {Document} document
 * @param {string} id
 */
export function removeStyle(document, id) {
  sheet(document, id)?.remove();
}
