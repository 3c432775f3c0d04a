// Follows an app's stream: every fact once and in order, again after every break from where that was.
//
// It is read by fetch, because EventSource sends no header, and a token in an address is seen by too many.

/** @typedef {{id: string, event: string, data: any}} Message */
/**
 * @typedef {{
 *   headers: Record<string, string>,
 *   take: (fact: any) => void,
 *   reset: () => void,
 *   lost: (status: number) => void,
 *   found: () => void,
 * }} Reader
 */

const [SOONEST, LATEST] = [200, 10_000];
/** Heartbeats come every 15 seconds: who is silent for longer than three of them is gone. */
const SILENCE = 45_000;

/**
 * @param {string} url
 * @param {string} cursor where to begin
 * @param {Reader} reader
 */
export async function follow(url, cursor, reader) {
  let pause = SOONEST;
  for (;;) {
    const connection = new AbortController();
    let status = 0;
    try {
      const about = { headers: { ...reader.headers, "last-event-id": cursor }, signal: connection.signal };
      const answer = await fetch(url, { ...about, cache: "no-store" });
      status = answer.status;
      if (answer.ok && answer.body) {
        reader.found();
        pause = SOONEST;
        for await (const { id, event, data } of messages(answer.body, connection)) {
          cursor = id || cursor;
          if (event === "reset") reader.reset();
          else if (event) reader.take(data);
        }
      }
    } catch {
      // Cut off: what was missed comes with the next connection.
    }
    connection.abort();
    reader.lost(status);
    if (status === 401 || status === 403) return;
    await new Promise((resolve) => setTimeout(resolve, pause * (0.5 + Math.random() / 2)));
    pause = Math.min(pause * 2, LATEST);
  }
}

/** @param {ReadableStream<Uint8Array>} body @param {AbortController} connection */
async function* messages(body, connection) {
  const pieces = body.pipeThrough(/** @type {any} */ (new TextDecoderStream())).getReader();
  let rest = "";
  for (;;) {
    const silence = setTimeout(() => connection.abort(), SILENCE);
    const { done, value } = await pieces.read().finally(() => clearTimeout(silence));
    if (done) return;
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop() ?? "";
    yield* blocks.map(parse);
  }
}

/** One block of a stream; one without an event is a comment, or moves the cursor. @param {string} block */
export function parse(block) {
  /** @type {Record<string, string>} */
  const fields = {};
  for (const line of block.split("\n")) {
    const [, name, value] = /^([^:]*):? ?(.*)$/.exec(line) ?? [];
    fields[name] = name in fields ? `${fields[name]}\n${value}` : value;
  }
  return { id: fields.id ?? "", event: fields.event ?? "", data: fields.data ? JSON.parse(fields.data) : null };
}
