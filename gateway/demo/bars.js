// Draws a message's tools: a bar each, which opens to tell its stages. Elements stay what they are while they move, so
// that neither focus nor what was opened is lost.

/** @typedef {import("./conversation.js").Json} Json */

/** Who looks at the last bars is shown the next; who has scrolled up is left where they are. */
const NEAR = 80;
const byId = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** @param {string} name @param {string} [className] @param {string} [text] */
function element(name, className = "", text = "") {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}

export class Bars {
  /** @type {Map<number, {section: HTMLElement, list: HTMLElement}>} */
  #groups = new Map();
  /** @type {Map<string, Bar>} */
  #bars = new Map();

  clear() {
    byId("groups").replaceChildren();
    this.#groups.clear();
    this.#bars.clear();
  }

  /** @param {Json} picture @param {(iteration: number) => string} titled */
  draw(picture, titled) {
    const pane = byId("tools");
    const follows = pane.scrollTop + pane.clientHeight > pane.scrollHeight - NEAR;
    for (const [place, group] of picture.conversation_flow.entries()) {
      const { list } = this.#group(group, place, titled(group.iteration));
      for (const [index, call] of group.calls.entries()) this.#bar(group, call, list, index).draw(call);
    }
    /** @type {HTMLProgressElement} */ (byId("whole")).value = picture.progress;
    byId("total").dataset.status = picture.status;
    const calls = picture.conversation_flow.flatMap((/** @type {Json} */ group) => group.calls);
    const ended = calls.filter((/** @type {Json} */ call) => call.status !== "executing");
    const failed = calls.filter((/** @type {Json} */ call) => call.status === "failed").length;
    if (follows) pane.scrollTop = pane.scrollHeight;
    say(`${ended.length} of ${calls.length} calls have ended${failed ? `, ${failed} failed` : ""}`);
  }

  /** @param {Json} group @param {number} place @param {string} title */
  #group(group, place, title) {
    const known = this.#groups.get(group.iteration);
    if (known) return known;
    const [section, list] = [element("section"), element("ol")];
    section.append(element("h2", "", title), list);
    byId("groups").insertBefore(section, byId("groups").children[place] ?? null);
    this.#groups.set(group.iteration, { section, list });
    return { section, list };
  }

  /** @param {Json} group @param {Json} call @param {HTMLElement} list @param {number} index */
  #bar(group, call, list, index) {
    const key = `${group.iteration}.${call.tool_index}`;
    let bar = this.#bars.get(key);
    if (!bar) {
      bar = new Bar();
      list.insertBefore(bar.item, list.children[index] ?? null);
      this.#bars.set(key, bar);
    }
    return bar;
  }
}

class Bar {
  item = element("li");
  #tool = element("strong");
  #subject = element("span", "subject");
  #state = element("span", "state");
  #bar = /** @type {HTMLProgressElement} */ (element("progress"));
  #stages = element("ol", "stages");
  #wrong = element("p", "wrong");

  constructor() {
    const [details, summary] = [element("details"), element("summary")];
    this.#bar.max = 100;
    summary.append(this.#tool, this.#subject, this.#state, this.#bar);
    details.append(summary, this.#stages);
    this.item.append(details, this.#wrong);
  }

  /** @param {Json} call */
  draw(call) {
    const details = call.details ?? {};
    this.item.dataset.status = call.status;
    this.#tool.textContent = call.tool ?? "…";
    this.#subject.textContent = details.file_path ?? details.table_name ?? details.query ?? call.message ?? "";
    const attempt = call.attempt > 1 ? `, attempt ${call.attempt}` : "";
    this.#state.textContent = (call.status === "executing" ? (call.stage ?? "") : ended(call)) + attempt;
    this.#bar.value = call.progress;
    this.#bar.setAttribute("aria-label", `${call.tool} ${this.#subject.textContent}`);
    this.#stages.replaceChildren(...told(call).map((line) => element("li", "", line)));
    const wrong = flaws(call);
    this.#wrong.textContent = wrong.join("\n");
    this.#wrong.hidden = !wrong.length;
    this.item.toggleAttribute("data-flawed", wrong.length > 0);
  }
}

/** What is wrong with a call: why it failed, or what the preview says of what it wrote. @param {Json} call */
function flaws(call) {
  if (call.status === "failed") {
    const nearest = call.nearest?.length ? `\nnearest: ${call.nearest.join(", ")}` : "";
    return [`${call.reason}${nearest}`];
  }
  const found = call.details?.validation?.errors ?? [];
  return found.map((/** @type {Json} */ one) => `${one.file}${one.line ? `:${one.line}` : ""}  ${one.message}`);
}

/** How a call has ended, and after which time. @param {Json} call */
function ended(call) {
  return `${call.status} in ${Math.max(0, Date.parse(call.ended_at) - Date.parse(call.started_at))} ms`;
}

/** When each stage began, in milliseconds after the first. @param {Json} call @returns {string[]} */
function told(call) {
  const began = Date.parse(call.started_at);
  const after = (/** @type {string} */ at) => `${Date.parse(at) - began} ms`.padStart(9);
  const lines = call.stages.map((/** @type {Json} */ one) => `${after(one.at)}  ${one.progress} %  ${one.stage}`);
  return call.ended_at ? [...lines, `${after(call.ended_at)}  ${call.status}`] : lines;
}

/** @param {string} text */
export function say(text) {
  if (byId("said").textContent !== text) byId("said").textContent = text;
}
