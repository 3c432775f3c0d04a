// What stands for `import()` in a built app: styles and scripts that the module will need are asked for at once.

/** The table that a build writes before the chunk that has this: by a module's number, the files that it needs. */
export const TABLE = "__fleetNeeds";
export const NAME = "fleet:lazy";

/** What runs in the page. */
export const SOURCE = `
const asked = new Set();
const link = (href) => new Promise((done, failed) => {
  const one = document.createElement("link");
  const style = href.endsWith(".css");
  one.rel = style ? "stylesheet" : "modulepreload";
  one.crossOrigin = "";
  one.href = href;
  if (style) {
    one.onload = done;
    one.onerror = () => failed(new Error("Unable to preload CSS for " + href));
  } else done();
  document.head.append(one);
});
export const lazy = (number, load) => {
  if (typeof document === "undefined" || typeof ${TABLE} === "undefined") return load();
  const wanted = (${TABLE}[number] ?? []).filter((one) => !asked.has(one) && asked.add(one));
  const links = wanted.filter((one) => !document.querySelector('link[href="' + one + '"]')).map(link);
  return Promise.all(links).then(load).catch((error) => {
    const event = new Event("vite:preloadError", { cancelable: true });
    event.payload = error;
    dispatchEvent(event);
    if (!event.defaultPrevented) throw error;
  });
};
`;
