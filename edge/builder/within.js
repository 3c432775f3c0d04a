// Nothing outside of the folder of packages becomes a part of an app.

import { basename, isAbsolute } from "node:path";
import { Problem } from "../compiler/problem.js";

/**
 * @template {import("esbuild").BuildResult} T
 * @param {T} result of a bundle that was made in that folder, with what went into it
 */
export function within(result) {
  const outside = Object.keys(result.metafile?.inputs ?? {}).find((path) => path.startsWith("../") || isAbsolute(path));
  if (outside) throw new Problem(`A package reaches outside of its folder: ${basename(outside)}`, "package.json", "");
  return result;
}
