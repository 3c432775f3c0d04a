// Fast Refresh: registers components, swaps them with their state kept, and notices a root that died.

import * as Refresh from "react-refresh/runtime";
import { difference, exportedComponents, isBoundary } from "./boundary.js";

/** @typedef {import("./registry.js").Exports} Exports */
/** @typedef {{containerInfo: unknown, current: {memoizedState: {element?: unknown} | null}}} Root */
/** @typedef {{onCommitFiberRoot: OnCommit, inject: (renderer: unknown) => unknown}} Hook */
/** @typedef {(renderer: number, root: Root, priority: unknown, failed: boolean) => unknown} OnCommit */

/** Milliseconds. Some apps ask for their first render late, and updates must not wait for it. */
const PATIENCE = 1_000;
const isComponent = Refresh.isLikelyComponentType;

export class React {
  /** Where React had rendered, until an error that nothing caught took it all away. @type {Set<unknown>} */
  #dead = new Set();
  #whenDied;
  /** Whether react-dom, or another renderer, is there. */
  #present = false;
  /** @type {() => void} */
  #committed = () => {};
  #firstCommit = new Promise((resolve) => {
    this.#committed = () => resolve(undefined);
  });

  /**
   * Must run before react-dom is evaluated: it looks for the hook once.
   * @param {Window & typeof globalThis} window
   * @param {() => void} whenDied
   */
  constructor(window, whenDied) {
    this.#whenDied = whenDied;
    Refresh.injectIntoGlobalHook(window);
    const hook = /** @type {Hook} */ (/** @type {any} */ (window).__REACT_DEVTOOLS_GLOBAL_HOOK__);
    const commit = hook.onCommitFiberRoot;
    hook.onCommitFiberRoot = (renderer, root, priority, failed) => {
      if (!failed || root.current.memoizedState?.element) this.#dead.delete(root.containerInfo);
      else this.#die(root.containerInfo);
      this.#committed();
      return commit.call(hook, renderer, root, priority, failed);
    };
    const inject = hook.inject;
    hook.inject = (renderer) => {
      this.#present = true;
      return inject.call(hook, renderer);
    };
  }

  /** Wait for the first render, which React does by itself after the entry asked for it; not for ever. */
  async rendered() {
    if (!this.#present) return; // an app without React
    await Promise.race([this.#firstCommit, new Promise((resolve) => setTimeout(resolve, PATIENCE))]);
  }

  /** @param {unknown} container */
  #die(container) {
    this.#dead.add(container);
    this.#whenDied();
  }

  /** Whether a part of the page is blank, because of an error. */
  get died() {
    return this.#dead.size > 0;
  }

  /** @param {string} id @param {unknown} type @param {string} name */
  register(id, type, name) {
    Refresh.register(type, `${id} ${name}`);
  }

  signature() {
    return Refresh.createSignatureFunctionForTransform();
  }

  /** @param {string} id @param {Exports} exports */
  exported(id, exports) {
    for (const [name, component] of exportedComponents(exports, isComponent)) this.register(id, component, name);
  }

  /** @param {Exports} exports */
  isBoundary(exports) {
    return isBoundary(exports, isComponent);
  }

  /** @param {Exports} before @param {Exports} after */
  difference(before, after) {
    return difference(before, after, isComponent);
  }

  /** Render what was registered since; throws what React 18 throws, where React 19 lets the root die. */
  refresh() {
    Refresh.performReactRefresh();
  }
}
