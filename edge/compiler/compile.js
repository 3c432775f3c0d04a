// One file of an app into what the preview loads of it, by its kind.

import { candidateReader } from "./candidates.js";
import { compileJson } from "./json.js";
import { compileScript } from "./script.js";
import { compileCssModule, compileStylesheet } from "./stylesheet.js";
import { compileSvelte, isSvelte } from "./svelte.js";
import { compileVue } from "./vue.js";

const SCRIPT = /\.[cm]?[jt]sx?$/;
const STYLE = /(\.module)?\.(?:css|scss|sass|less)$/;

/** @typedef {{path: string, source: string, define?: Record<string, string>}} Request a style sheet's source is CSS, whatever its name; define: texts that stand for names in scripts */

/** @returns {(request: Request) => object} */
export function fileCompiler() {
  const candidatesOf = candidateReader();
  return ({ path, source, define = {} }) => {
    const style = STYLE.exec(path);
    if (style?.[1]) return { kind: "css-module", ...compileCssModule(path, source), candidates: [] };
    if (style) return { kind: "css", ...compileStylesheet(source), candidates: [] };
    const extension = path.slice(path.lastIndexOf(".") + 1);
    const candidates = candidatesOf(source, extension);
    if (path.endsWith(".json")) return { kind: "module", ...compileJson(path, source), candidates };
    if (path.endsWith(".vue")) return { ...compileVue(path, source, define), candidates };
    if (isSvelte(path)) return { ...compileSvelte(path, source, define), candidates };
    if (SCRIPT.test(path) && !/\.d\.[cm]?ts$/.test(path)) {
      return { kind: "module", ...compileScript(path, source, define), candidates };
    }
    return { kind: "text", candidates };
  };
}
