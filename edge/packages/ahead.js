// Asks the registry for what a tree will need before npm's builder, which asks for one package after the other, comes to it.

/** @typedef {import("./packuments.js").Packuments} Packuments */

export class Ahead {
  /** What has been asked for, in which range. @type {Set<string>} */
  asked = new Set();

  /**
   * @param {(spec: string) => any} npm npm's own modules
   * @param {object} options as the builder has them
   * @param {Packuments} packuments which the builder asks first
   */
  constructor(npm, options, packuments) {
    this.pacote = npm("pacote");
    this.pick = npm("npm-pick-manifest");
    this.options = options;
    this.packuments = packuments;
  }

  /** @param {Record<string, string>} dependencies by name, the range that is asked for */
  fetch(dependencies = {}) {
    for (const [name, range] of Object.entries(dependencies)) {
      const asked = `${name}@${range}`;
      // Another name for a package, or none of the registry's: the builder knows what that is.
      if (range.includes(":") || this.asked.has(asked)) continue;
      this.asked.add(asked);
      this.follow(name, range).catch(() => {}); // the builder says so when it comes to it
    }
  }

  /**
   * @param {string} name
   * @param {string} range
   */
  async follow(name, range) {
    const found = this.pick(await this.packuments.coming((cache) => this.packument(name, cache)), range, {});
    const { dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta = {} } = found;
    this.fetch(dependencies);
    this.fetch(optionalDependencies);
    const peers = Object.entries(peerDependencies ?? {}).filter(([peer]) => !peerDependenciesMeta[peer]?.optional);
    this.fetch(Object.fromEntries(peers));
  }

  /**
   * @param {string} name
   * @param {object} packumentCache
   */
  packument(name, packumentCache) {
    return this.pacote.packument(name, { ...this.options, packumentCache, fullMetadata: false });
  }
}
