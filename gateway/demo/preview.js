// The app beside its bars: framed where it lets this page frame it, flashed when it has changed, red when it is broken.

/** @typedef {any} Json */

const byId = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));

export class Preview {
  #framed = false;

  /** @param {Json} state the app as the gateway describes it */
  show(state) {
    const { url, open_url: opening, frame_ancestors: ancestors } = state.preview;
    const link = /** @type {HTMLAnchorElement} */ (byId("open"));
    link.href = url;
    link.hidden = false;
    if (this.#framed || !opening) return;
    this.#framed = ancestors.includes(location.origin) || ancestors.includes("*");
    if (this.#framed) byId("window").append(frame(opening));
    else byId("shown").textContent = "The app does not let this page frame it: press Play, or open it in a tab.";
  }

  /** @param {Json} fact */
  take(fact) {
    const pane = byId("window");
    if (fact.kind === "preview-failed") {
      this.#broken(`${fact.file ?? ""}${fact.line ? `:${fact.line}` : ""}  ${fact.message}`);
    } else if (fact.kind === "preview-errored") {
      this.#broken(`the app says: ${fact.message}`);
    } else if (fact.kind === "preview-updated" || fact.kind === "preview-ready") {
      this.#broken("");
      byId("shown").textContent = `revision ${number(fact.revision)}`;
    } else if (fact.kind === "preview-acknowledged") {
      byId("shown").textContent = `revision ${number(fact.revision)}, seen`;
      pane.classList.remove("flash");
      void pane.offsetWidth; // begins anew
      pane.classList.add("flash");
    }
  }

  /** @param {string} why */
  #broken(why) {
    byId("window").classList.toggle("broken", why !== "");
    byId("broken").textContent = why;
    byId("broken").hidden = !why;
  }
}

/** The app may do what it does in a tab of its own, but not lead this page elsewhere. @param {string} url */
function frame(url) {
  const made = document.createElement("iframe");
  made.id = "frame";
  made.title = "The app, live";
  made.setAttribute("sandbox", "allow-scripts allow-same-origin allow-forms allow-modals allow-popups allow-downloads");
  made.src = url;
  return made;
}

/** @param {string} revision */
const number = (revision) => String(revision).split(".").at(-1);
