// Why packages cannot be had, in a sentence for whoever wrote package.json.

const UNREACHABLE = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "ECONNRESET",
  "ETIMEDOUT",
  "ERR_SOCKET_TIMEOUT",
]);
const LONGEST = 400;

/**
 * Whether it may be otherwise in a moment.
 * @param {any} error as npm throws it
 */
export const isPassing = (error) => UNREACHABLE.has(error?.code) || /^E(429|5\d\d)$/.test(error?.code);

/**
 * @param {any} error as npm throws it
 * @returns {string}
 */
export function reasonOf(error) {
  const code = String(error?.code ?? "");
  if (code === "E404") return `${packageOf(error)} is not in the registry${askedBy(error)}`;
  if (code === "ETARGET" || code === "ENOVERSIONS") return noVersion(error);
  if (code.startsWith("EALLOW")) return foreign(error);
  if (code === "ERESOLVE") return conflict(error);
  if (code === "ETOOMANY") return `The packages bring more than ${error.most} others`;
  if (code === "EINTEGRITY") return `What the registry sent is not what it announced: ${firstLine(error)}`;
  if (UNREACHABLE.has(code)) return `The registry cannot be reached (${code})`;
  if (/^E[45]\d\d$/.test(code)) return `The registry answers ${code.slice(1)} for ${packageOf(error)}`;
  return firstLine(error) || `npm fails with ${code || "no reason"}`;
}

/** @param {any} error */
function noVersion({ name, wanted, distTags, requiredBy }) {
  const newest = distTags?.latest ? `; the newest is ${distTags.latest}` : "";
  return `There is no version of ${name} that fits ${JSON.stringify(wanted ?? "*")}${askedBy({ requiredBy })}${newest}`;
}

/** @param {any} error */
function foreign(error) {
  const asked = String(error.package);
  return `${asked} does not come from the registry${askedBy(error)}; only versions that the registry has are installed`;
}

/** @param {any} error npm's own account of who wants what */
function conflict({ edge, current, currentEdge }) {
  const wants = `${edge?.from?.name ?? "A package"} asks for ${edge?.name} ${edge?.spec}`;
  const other = current?.version ?? currentEdge?.spec;
  return other ? `${wants}, beside ${edge?.name} ${other}` : wants;
}

/** @param {any} error */
function askedBy({ requiredBy }) {
  const who = String(requiredBy ?? "").replace(/^.*node_modules\//, "");
  return who && who !== "." ? `, but ${who} asks for it` : "";
}

/** @param {any} error */
function packageOf({ uri, pkgid, spec }) {
  if (spec?.name) return spec.name;
  try {
    return decodeURIComponent(new URL(uri).pathname.split("/").slice(1).join("/"));
  } catch {
    return pkgid ?? "A package";
  }
}

/** @param {any} error */
function firstLine(error) {
  return String(error?.message ?? "")
    .split("\n")[0]
    .slice(0, LONGEST);
}
