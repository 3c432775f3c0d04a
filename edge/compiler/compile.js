// One file of an app into what the preview loads of it, by its kind.

import { candidateReader } from "./candidates.js";
import { compileJson } from "./json.js";
import { compileScript } from "./script.js";
import { compileCssModule, compileStylesheet } from "./stylesheet.js";

const SCRIPT = /\.[cm]?[jt]sx?$/;

/** @returns {(path: string, source: string) => object} */
export function fileCompiler() {
  const candidatesOf = candidateReader();
  return (path, source) => {
    if (path.endsWith(".module.css")) return { kind: "css-module", ...compileCssModule(path, source), candidates: [] };
    if (path.endsWith(".css")) return { kind: "css", ...compileStylesheet(source), candidates: [] };
    const extension = path.slice(path.lastIndexOf(".") + 1);
    const candidates = candidatesOf(source, extension);
    if (path.endsWith(".json")) return { kind: "module", ...compileJson(path, source), candidates };
    if (SCRIPT.test(path) && !/\.d\.[cm]?ts$/.test(path)) {
      return { kind: "module", ...compileScript(path, source), candidates };
    }
    return { kind: "text", candidates };
  };
}
