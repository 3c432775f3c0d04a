// The page's root: puts the parts together, and offers `__fleet.define` and `__fleet.start`.

import { hasStyle, removeStyle, setStyle } from "./css.js";
import { address, definition, run } from "./evaluate.js";
import { Events } from "./events.js";
import { Externals } from "./externals.js";
import { Hot } from "./hot.js";
import { Inspector } from "./inspect.js";
import { Live } from "./live.js";
import { Loader } from "./loader.js";
import { metaMaker } from "./meta.js";
import { Overlay } from "./overlay.js";
import { readPage } from "./page.js";
import { React } from "./react.js";
import { Registry } from "./registry.js";
import { reload } from "./reload.js";
import { Replacer } from "./replace.js";
import { post, Reporter } from "./report.js";
import { Tracer } from "./trace.js";
import { Updates } from "./updates.js";

/** A cookie lasts for hours, and a tab may be open for days. */
const LOCKED = "This preview is private, and its link was good for some hours. Open it once more from the editor.";

const page = readPage(document);
const { origin } = location;

const registry = new Registry();
const events = new Events();
const externals = new Externals(page.deps);
const overlay = new Overlay();
const tracer = new Tracer(origin);
const reporter = new Reporter(page.nonce, post);

/** The last error that nothing caught: when a root dies, this is why. @type {unknown} */
let uncaught = null;
let begun = false;
/** How often the page was well again: an error from before is not shown any more. */
let healings = 0;
// React 18 tells the window before it takes the root away, React 19 after it.
const react = new React(window, () => {
  const before = healings;
  setTimeout(() => uncaught && show(uncaught, before));
});

const loader = new Loader(
  registry,
  externals,
  react,
  makeHot,
  metaMaker({ env: page.env, origin, dependencies: page.deps }, registry),
);
const replacer = new Replacer(registry, loader, react, page.entry);

const live = new Live(
  page.rev,
  { registry, replacer, react, events, externals },
  {
    define,
    setStyle: (id, text) => (hasStyle(document, id) || registry.leads(page.entry, id)) && setStyle(document, id, text),
    removeStyle: (id) => removeStyle(document, id),
    reload: (reason, again) => void reload(window, live.rev, reason, again),
    applied,
    threw: (error) => {
      show(error);
      tell(error);
    },
    failed: (trouble) => overlay.show("compile", trouble),
    cleared: (ids) => overlay.clear("compile", ids),
    healed: () => {
      healings++;
      overlay.clear("runtime");
    },
  },
);

const updates = new Updates({
  url: () => `/__fleet/updates?rev=${encodeURIComponent(live.rev)}`,
  take: (event, data) => (event === "nonce" ? void reporter.renew(data.nonce) : live.take(event, data)),
  opened: () => {
    overlay.clear("locked");
    events.emit("vite:ws:connect");
    void reporter.catchUp();
  },
  lost: (status) => {
    if (status === 401) overlay.show("locked", { message: LOCKED });
    events.emit("vite:ws:disconnect");
  },
});

/** @param {import("./registry.js").Module} module */
function makeHot({ id, deps, data }) {
  return new Hot({
    id,
    data,
    events,
    resolve: (specifier) => {
      const target = deps[specifier];
      return typeof target === "string" ? target : specifier;
    },
    invalidate: (invalid, message) => {
      events.emit("vite:invalidate", { path: invalid, message });
      replacer.handOn(invalid);
      live.again();
    },
  });
}

/** @param {import("./evaluate.js").Source} source @param {string} rev */
function define(source, rev) {
  const before = registry.get(source.id)?.body;
  const url = address(origin, source.id, rev);
  tracer.remember(source.id, url, source.map);
  run(document, definition(source, url));
  return registry.get(source.id)?.body !== before;
}

/** @param {string} rev */
function applied(rev) {
  if (react.died) return;
  window.dispatchEvent(new CustomEvent("fleet:applied", { detail: { rev } }));
  void reporter.acknowledge(rev);
}

/** @param {unknown} error @param {number} [before] how often the page had been well when it happened */
async function show(error, before = healings) {
  const trouble = await tracer.trace(error);
  if (before === healings) overlay.show("runtime", trouble);
}

/** @param {unknown} error */
async function tell(error) {
  const rev = live.rev;
  void reporter.error(rev, await tracer.trace(error));
}

addEventListener("error", ({ error, message }) => {
  if (!error && !message) return; // an image that did not load
  if (message.startsWith("ResizeObserver loop")) return; // harmless, and of the browser's making
  uncaught = error ?? message;
  void tell(uncaught);
});
addEventListener("unhandledrejection", ({ reason }) => void tell(reason));
// Module scripts run before this event: what has not begun by now did not arrive.
addEventListener("load", () => page.entry && !begun && reload(window, live.rev, "the app did not arrive"));
addEventListener("online", () => updates.hurry());
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && updates.hurry());
new Inspector(window, page.frameAncestors, tracer).listen();
if (page.failed) live.take("failed", page.failed);
void updates.follow();

Object.assign(window, {
  __fleet: {
    define: registry.define.bind(registry),
    start: () => {
      begun = true;
      live.begin(() => loader.load(page.entry).then(() => react.rendered()));
    },
  },
});
