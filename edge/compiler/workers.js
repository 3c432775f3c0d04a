// Finds where a script makes workers as Vite knows it, and lets the page name them: `new Worker(new URL("./w.ts", import.meta.url))`.

const MADE =
  /(\bnew\s+(?:Shared)?Worker\s*\(\s*)new\s+URL\s*\(\s*(["'`])((?:(?!\2)[^\\\n$])+)\2\s*,\s*import\.meta\.url\s*,?\s*\)/g;

/**
 * @param {string} code as the first transformation prints it
 * @returns {{code: string, specs: string[]}} the code with the page's word for such an address, and which files are meant
 */
export function nameWorkers(code) {
  /** @type {Set<string>} */
  const specs = new Set();
  const named = code.replace(MADE, (call, before, _quote, address) => {
    if (/^[a-z][a-z0-9+.-]*:|^\/\//i.test(address)) return call;
    const spec = /^[./]/.test(address) ? address : `./${address}`;
    specs.add(spec);
    return `${before}import.meta.worker(${JSON.stringify(spec)})`;
  });
  return { code: named, specs: [...specs] };
}
