// What the registry says of packages, kept while one tree is built, and made to say what we want to hear.

/** npm asks it before it asks the registry. */
export class Packuments extends Map {
  /**
   * @param {Record<string, string[]>} locked the versions of a lock file, by package
   * @param {string} registry
   */
  constructor(locked, registry) {
    super();
    this.locked = new Map(Object.entries(locked));
    this.registry = new URL(registry.replace(/\/*$/, "/"));
  }

  /**
   * @param {string} key
   * @param {any} packument
   */
  set(key, packument) {
    const versions = Object.entries(packument?.versions ?? {});
    const locked = this.locked.get(packument?.name) ?? [];
    const narrows = versions.some(([version]) => locked.includes(version));
    for (const [version, manifest] of versions) {
      if (narrows) prefer(manifest, locked.includes(version));
      if (manifest.dist?.tarball) manifest.dist.tarball = this.here(manifest.dist.tarball);
    }
    return super.set(key, packument);
  }

  /**
   * The same path at the registry itself: nothing is fetched from elsewhere.
   * @param {string} tarball
   */
  here(tarball) {
    const { registry } = this;
    if (!URL.canParse(tarball)) return tarball;
    const { origin, pathname } = new URL(tarball);
    if (origin === registry.origin) return tarball;
    const path = pathname.startsWith(registry.pathname) ? pathname.slice(registry.pathname.length) : pathname.slice(1);
    return new URL(path, registry).href;
  }
}

/**
 * npm takes a deprecated version only where no other fits: so whatever the lock file does not have is called that.
 * @param {any} manifest
 * @param {boolean} isLocked
 */
function prefer(manifest, isLocked) {
  if (isLocked) delete manifest.deprecated;
  else manifest.deprecated = "not in the lock file";
}
