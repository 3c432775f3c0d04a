// The page of a built app: what it loads, in its head.

/**
 * @param {import("./app.js").App} app
 * @param {import("./chunks.js").Chunks} chunks
 */
export function pageOf(app, chunks) {
  const [before, after] = app.request.page;
  const needed = chunks.needed(chunks.entry);
  const [entry, ...scripts] = needed.filter((one) => one.endsWith(".js")).reverse();
  const links = [
    `<script type="module" crossorigin src="${entry}"></script>`,
    ...scripts.reverse().map((one) => `<link rel="modulepreload" crossorigin href="${one}">`),
    ...needed.filter((one) => one.endsWith(".css")).map((one) => `<link rel="stylesheet" crossorigin href="${one}">`),
  ];
  return `${before}${links.map((one) => `    ${one}\n`).join("")}${addressed(after, app)}`;
}

/** An attribute of a page that names a file. */
const NAMED = /(\s(?:src|href|poster|content|data)\s*=\s*)("([^"]+)"|'([^']+)')/gi;

/**
 * Files of the app that stand in the page, under their names.
 * @param {string} html
 * @param {import("./app.js").App} app
 */
export function addressed(html, app) {
  return html.replace(NAMED, (all, before, _, double, single) => {
    const address = double ?? single;
    const [path] = address.split(/[?#]/);
    if (!/^(?:\.{0,2}\/)?[\w@][^:]*\.\w+$/.test(path) || /\.html?$/.test(path)) return all;
    const target = app.resolve("index.html", /^[./]/.test(path) ? path : `./${path}`);
    if (target.kind !== "local" || target.path.startsWith(app.publicFolder) || !app.files.has(target.path)) return all;
    return `${before}"/${app.emit(target.path, app.bytes(target.path))}"`;
  });
}
