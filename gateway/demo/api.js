// The gateway, as this page asks it.

/** @typedef {import("./session.js").Session} Session */

const [TRIES, AGAIN] = [100, 300];

export class Refused extends Error {
  /** @param {number} status @param {string} detail */
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

export class Gateway {
  /** @param {Session} session */
  constructor({ token, app }) {
    this.headers = { authorization: `Bearer ${token}` };
    this.app = app;
    this.home = `/v1/apps/${encodeURIComponent(app)}`;
  }

  /** The app as it is; nothing where there is none. @returns {Promise<any>} */
  async state() {
    return this.#found(this.home);
  }

  /** The tools of a message; nothing where none has been called. @param {string} id @returns {Promise<any>} */
  async message(id) {
    return this.#found(`${this.home}/messages/${encodeURIComponent(id)}`);
  }

  /** @param {string} kind @param {any} data */
  async publish(kind, data) {
    const event = {
      specversion: "1.0",
      id: fresh(),
      source: "demo-page",
      type: `overskill.${kind}`,
      subject: this.app,
    };
    const asked = () => this.ask("POST", "/v1/events", { ...event, data }, "application/cloudevents+json");
    for (let tries = 1; ; tries++) {
      try {
        return await asked();
      } catch (error) {
        // Under the same id: a repeated event is one, and a gateway that is away comes back.
        const final = error instanceof Refused && error.status < 500 && error.status !== 429;
        if (final || tries === TRIES) throw error;
        await new Promise((done) => setTimeout(done, AGAIN));
      }
    }
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {any} [body]
   * @param {string} [type]
   * @returns {Promise<any>}
   */
  async ask(method, path, body, type = "application/json") {
    const headers = body === undefined ? this.headers : { ...this.headers, "content-type": type };
    const answer = await fetch(path, { method, headers, body: JSON.stringify(body), cache: "no-store" });
    const said = await answer.json();
    if (!answer.ok) throw new Refused(answer.status, said.detail ?? `answered ${answer.status}`);
    return said;
  }

  /** @param {string} path */
  async #found(path) {
    try {
      return await this.ask("GET", path);
    } catch (error) {
      if (error instanceof Refused && error.status === 404) return null;
      throw error;
    }
  }
}

/** A name that nobody else takes; randomUUID is not there on every address. */
export function fresh() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
