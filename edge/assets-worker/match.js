/**
 * Which of a release's assets a path means: pure.
 *
 * @typedef {{sha256: string, type: string, bytes: number, gzip?: string | null, br?: string | null, immutable?: boolean}} Asset
 * @typedef {{app_id: string, assets: Record<string, Asset>, script?: object | null}} Release
 * @typedef {{asset: Asset, status: 200 | 404}} Match
 */

/**
 * Return the asset that has this path, or that a host of static pages would show for it.
 *
 * @param {Release} release
 * @param {string} path
 * @returns {Asset | undefined}
 */
export function exact(release, path) {
  const pages = path.endsWith("/") ? [`${path}index.html`] : [path, `${path}.html`, `${path}/index.html`];
  const found = pages.find((page) => Object.hasOwn(release.assets, page));
  return found === undefined ? undefined : release.assets[found];
}

/**
 * Return what stands in for a path that nothing has: the app itself, which knows its ways, but not for a file.
 *
 * @param {Release} release
 * @param {string} path
 * @returns {Match | undefined}
 */
export function standIn(release, path) {
  const isFile = /\.[^/]*$/.test(path);
  const page = isFile ? undefined : release.assets["/index.html"];
  if (page) return { asset: page, status: 200 };
  const lost = release.assets["/404.html"];
  return lost && { asset: lost, status: 404 };
}

/**
 * Return a path as it is written in a release.
 *
 * @param {string} pathname
 */
export function decoded(pathname) {
  try {
    return decodeURIComponent(pathname);
  } catch {
    return pathname;
  }
}
