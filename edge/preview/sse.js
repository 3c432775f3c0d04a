// Server-sent events out of text that arrives in pieces.

/** @typedef {{event: string, data: string}} Message */

/**
 * A function that takes the next piece of the stream and gives the messages it completed.
 * Comments (the heartbeat) and ids are read over: the revision is in the data.
 * @param {(milliseconds: number) => void} [retry] told how long the server wants to be left alone after a break
 * @returns {(piece: string) => Message[]}
 */
export function reader(retry) {
  let rest = "";
  let event = "";
  /** @type {string[]} */
  let data = [];

  /** @param {string} line @param {Message[]} done */
  const take = (line, done) => {
    if (line === "") {
      if (data.length) done.push({ event: event || "message", data: data.join("\n") });
      [event, data] = ["", []];
      return;
    }
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") event = value;
    else if (field === "data") data.push(value);
    else if (field === "retry" && /^\d+$/.test(value)) retry?.(Number(value));
  };

  return (piece) => {
    // A piece may end between \r and \n: that \r waits for the next one.
    const text = rest + piece;
    const whole = text.endsWith("\r") ? text.slice(0, -1) : text;
    const lines = whole.split(/\r\n|\n|\r/);
    rest = /** @type {string} */ (lines.pop()) + text.slice(whole.length);
    /** @type {Message[]} */
    const done = [];
    for (const line of lines) take(line, done);
    return done;
  };
}
