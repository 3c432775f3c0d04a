// The simulated generator: plays the story into the app, as an AI would, and waits for each round to end.

import { fresh } from "./api.js";

/** @typedef {import("./api.js").Gateway} Gateway */
/** @typedef {{say: string, calls: {name: string, arguments: any}[]}} Round */

/** Milliseconds for a call to be typed, and for the AI to think between two rounds. */
const [TYPING, THINKING] = [450, 900];
export const STORY = "story-";

export class Player {
  #stopped = false;

  /**
   * @param {Gateway} gateway
   * @param {(messageId: string, iteration: number) => Promise<void>} ended settles once a round has
   */
  constructor(gateway, ended) {
    this.gateway = gateway;
    this.ended = ended;
    this.messageId = STORY + fresh().slice(0, 12);
  }

  /** An app of its own, empty, that this page may frame; what was there is what an earlier story wrote. */
  async prepare() {
    const { gateway } = this;
    if ((await gateway.state()) === null)
      await gateway.ask("POST", "/v1/apps", { app_id: gateway.app, name: "The story" });
    const { files } = await gateway.ask("GET", `${gateway.home}/files`);
    const gone = files.map((/** @type {{path: string}} */ { path }) => ({ path, operation: "delete" }));
    if (gone.length) await gateway.publish("file-written", { files: gone });
    const { preview } = await gateway.state();
    const ancestors = [...new Set([...preview.frame_ancestors, location.origin])];
    await gateway.ask("PUT", `${gateway.home}/preview`, { frame_ancestors: ancestors });
  }

  /** @param {Round[]} rounds @param {number} speed 0: without a pause */
  async play(rounds, speed) {
    const pause = (/** @type {number} */ time) => new Promise((done) => setTimeout(done, speed ? time / speed : 0));
    let index = 0;
    for (const [iteration, { calls }] of rounds.entries()) {
      for (const tool of calls) {
        if (this.#stopped) return;
        const call = { message_id: this.messageId, iteration, tool_index: index++, tool };
        await this.gateway.publish("tool-called", call);
        await pause(TYPING);
      }
      await this.ended(this.messageId, iteration);
      await pause(THINKING);
    }
  }

  /** Call nothing more, and have what was called cancelled. */
  async stop() {
    this.#stopped = true;
    await this.gateway.publish("message-cancelled", { message_id: this.messageId });
  }
}
