// Loads the page anew, once for one reason: an answer that has not changed brings no second reload.

/** @typedef {{rev: string, reason: string, at: number}} Last */

const KEY = "fleet:reload";
/** After so many milliseconds the same reason at the same revision is worth another try. */
const AGAIN = 30_000;

/**
 * @param {string | null} stored
 * @param {string} rev
 * @param {string} reason
 * @param {number} now
 * @param {number} [again]
 */
export function worthwhile(stored, rev, reason, now, again = AGAIN) {
  /** @type {Last | null} */
  const last = stored ? JSON.parse(stored) : null;
  return last?.rev !== rev || last.reason !== reason || now - last.at > again;
}

/**
 * @param {Window} window
 * @param {string} rev where the page is
 * @param {string} reason
 * @param {number} [again]
 * @returns {boolean} whether the page goes
 */
export function reload(window, rev, reason, again) {
  try {
    const now = Date.now();
    if (!worthwhile(window.sessionStorage.getItem(KEY), rev, reason, now, again)) return false;
    window.sessionStorage.setItem(KEY, JSON.stringify({ rev, reason, at: now }));
  } catch {
    // A frame without storage reloads all the same.
  }
  console.debug(`[fleet] full reload: ${reason}`);
  window.location.reload();
  return true;
}
