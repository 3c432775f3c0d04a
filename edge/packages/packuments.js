// What the registry says of packages, kept while one tree is built, and made to say what we want to hear.

/**
 * npm asks it before it asks the registry. Its keys say whether all of a package's description is wanted, or what
 * installing it takes; the tree builder wants all, which is ten times as much, and needs no more than the latter.
 */
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

  /** @param {string} key */
  has(key) {
    return super.has(address(key));
  }

  /** @param {string} key */
  get(key) {
    return super.get(address(key));
  }

  /** @param {string} key */
  delete(key) {
    return super.delete(address(key));
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
    return super.set(address(key), packument);
  }

  /**
   * Ask for a packument; whoever else asks for it gets the same answer, also while it is on its way.
   * @param {(cache: object) => Promise<any>} ask
   */
  coming(ask) {
    /** @type {string | undefined} */
    let asked;
    const has = (/** @type {string} */ key) => {
      const known = asked === undefined && this.has(key); // pacote asks in two ways, and would wait for itself
      asked = key;
      return known;
    };
    const packument = ask({ has, get: this.get.bind(this), set: this.set.bind(this), delete: () => false });
    if (asked !== undefined && !this.has(asked)) super.set(address(asked), packument);
    return packument;
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

/** @param {string} key npm's: how much of it is wanted, and its address */
const address = (key) => key.slice(key.indexOf(":") + 1);

/**
 * npm takes a deprecated version only where no other fits: so whatever the lock file does not have is called that.
 * @param {any} manifest
 * @param {boolean} isLocked
 */
function prefer(manifest, isLocked) {
  if (isLocked) delete manifest.deprecated;
  else manifest.deprecated = "not in the lock file";
}
