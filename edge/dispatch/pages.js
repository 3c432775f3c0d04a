/**
 * The pages that are the edge's own: for people as HTML, light or dark, for programs as problem+json.
 *
 * @typedef {{status: number, title: string, text: string, retry?: number}} Page
 */

const STYLE = `
  :root { color-scheme: light dark; --ink: light-dark(#1c1b22, #f2f0f7); --soft: light-dark(#5d5a6b, #a8a4b8);
    --paper: light-dark(#fbfaf8, #131217); --accent: light-dark(#5b3fd6, #a08bff); }
  body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--paper); color: var(--ink);
    font: 16px/1.6 system-ui, sans-serif; }
  main { max-width: 34rem; padding: 2rem; }
  h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 .75rem; letter-spacing: -.02em; }
  p { margin: 0 0 .75rem; color: var(--soft); }
  b { display: block; color: var(--accent); font-size: .875rem; margin-bottom: .5rem; }
  progress { width: 100%; height: 3px; accent-color: var(--accent); }`;
const GUARD = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors ";

/** @type {Page} */
export const LANDING = {
  status: 200,
  title: "Apps live here",
  text: "Each app has a name under this address: its live preview, its staging version and itself.",
};

/** @type {Page} */
export const NOT_FOUND = {
  status: 404,
  title: "There is no app here",
  text: "Nothing in this place has that name. Look at the address again.",
};

/** @type {Page} */
export const MISSING = {
  status: 404,
  title: "There is nothing here",
  text: "This app has nothing under that address.",
};

/** @type {Page} */
export const AWAY = {
  status: 502,
  title: "This app cannot be reached",
  text: "It is being restarted, or has a moment's trouble. The page tries again by itself.",
  retry: 2,
};

/**
 * Return what is said of an app that has harmed others, and is left alone for a while.
 *
 * @param {string} cause
 * @returns {Page}
 */
export function resting(cause) {
  return { status: 503, title: "This app is taking a break", text: `It ${cause}. It is tried again soon.`, retry: 10 };
}

/**
 * Return what is said of an app's environment to which nothing was deployed.
 *
 * @param {import("./route.js").Route} to
 * @returns {Page}
 */
export function notDeployed(to) {
  const where = to.kind === "pr" ? "for this pull request" : `to ${to.kind}`;
  return { status: 404, title: "Not deployed yet", text: `Nothing of ${to.app} has been deployed ${where} so far.` };
}

/**
 * Return a page as who asks for it can read it.
 *
 * @param {Page} page
 * @param {Request} request
 * @param {string} [ancestors] whose pages may frame it
 * @returns {Response}
 */
export function answer(page, request, ancestors = "'none'") {
  const isForPeople = page.status === 200 || (request.headers.get("accept") ?? "").includes("text/html");
  const headers = new Headers({ "cache-control": "no-store", vary: "accept" });
  if (page.retry) headers.set("retry-after", String(page.retry));
  headers.set("content-security-policy", GUARD + ancestors);
  headers.set("content-type", isForPeople ? "text/html; charset=utf-8" : "application/problem+json");
  const body = isForPeople ? html(page) : JSON.stringify({ title: page.title, status: page.status, detail: page.text });
  return new Response(body, { status: page.status, headers });
}

/** @param {Page} page */
function html({ status, title, text, retry }) {
  const again = retry ? `<meta http-equiv="refresh" content="${retry}">` : "";
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
${again}<title>${title}</title><style>${STYLE}</style></head>
<body><main>${status === 200 ? "" : `<b>${status}</b>`}<h1>${title}</h1><p>${text}</p>${retry ? "<progress></progress>" : ""}</main></body></html>
`;
}
