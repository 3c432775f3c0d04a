// The root: signs in, follows the app, and gives every fact to the bars and the preview.

import { Gateway, Refused } from "./api.js";
import { Bars, say } from "./bars.js";
import { empty, take } from "./conversation.js";
import { Player, STORY } from "./play.js";
import { Preview } from "./preview.js";
import * as session from "./session.js";
import { follow } from "./stream.js";

/** @typedef {import("./conversation.js").Json} Json */

const byId = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const field = (/** @type {string} */ id) => /** @type {HTMLInputElement} */ (byId(id));
/** The story may empty this app, and no other: whoever else has files keeps them. */
const STAGE = "story";

/** @param {string} why */
function askIn(why) {
  session.forget();
  byId("why").textContent = why;
  const door = /** @type {HTMLDialogElement} */ (byId("door"));
  if (!door.open) door.showModal();
}

byId("sign-in").addEventListener("submit", (event) => {
  event.preventDefault();
  session.keep({ token: field("token").value.trim(), app: field("name").value.trim() });
  location.reload();
});
field("token").addEventListener("input", () => {
  field("name").value = session.appOf(field("token").value.trim()) || field("name").value;
});
window.addEventListener("hashchange", () => location.reload());

class Room {
  #bars = new Bars();
  #preview = new Preview();
  /** @type {Json} */
  #picture = empty("");
  /** Facts wait here while a message is fetched whole. @type {Promise<void>} */
  #turn = Promise.resolve();
  /** @type {{messageId: string, iteration: number, resolve: () => void} | null} */
  #awaited = null;
  /** @type {{say: string, calls: any[]}[]} */
  #rounds = [];
  /** @type {Player | null} */
  #playing = null;

  /** @param {Gateway} gateway */
  constructor(gateway) {
    this.gateway = gateway;
  }

  async open() {
    this.#rounds = (await this.gateway.ask("GET", "/demo/story.json")).rounds;
    const state = await this.gateway.state();
    if (state) this.#preview.show(state);
    const seen = sessionStorage.getItem(`message of ${this.gateway.app}`);
    if (seen) await this.#turnTo(seen);
    byId("app").textContent = this.gateway.app;
    byId("player").hidden = this.gateway.app !== STAGE;
    byId("player").addEventListener("submit", (event) => this.#play(event));
    // What was fetched and is said once more changes nothing.
    follow(`${this.gateway.home}/events`, state?.stream.head ?? "0", {
      headers: this.gateway.headers,
      take: (fact) => this.#next(() => this.#take(fact)),
      reset: () => this.#next(() => this.#turnTo(this.#picture.message_id)),
      found: () => this.#draw(),
      lost: (status) => {
        if (status === 401 || status === 403) askIn("The token has expired, or is not for this app.");
        else say("The gateway is away; this page comes back by itself.");
      },
    });
  }

  /** @param {() => Promise<void>} what */
  #next(what) {
    this.#turn = this.#turn.then(what).catch((error) => say(String(error.message)));
  }

  /** @param {Json} fact */
  async #take(fact) {
    this.#preview.take(fact);
    if (fact.kind === "app-created" || fact.kind === "preview-ready") {
      const state = await this.gateway.state();
      if (state) this.#preview.show(state);
    }
    if (fact.tool_index == null || !fact.message_id) return;
    if (fact.message_id !== this.#picture.message_id) await this.#turnTo(fact.message_id);
    if (take(this.#picture, fact)) this.#draw();
  }

  /** A message is fetched whole, for it may have begun before this page looked. @param {string} messageId */
  async #turnTo(messageId) {
    this.#picture = (await this.gateway.message(messageId)) ?? empty(messageId);
    sessionStorage.setItem(`message of ${this.gateway.app}`, messageId);
    this.#bars.clear();
    this.#draw();
  }

  #draw() {
    const titled = (/** @type {number} */ iteration) =>
      (this.#picture.message_id.startsWith(STORY) && this.#rounds[iteration]?.say) || `Iteration ${iteration}`;
    if (this.#picture.message_id) this.#bars.draw(this.#picture, titled);
    if (this.#awaited && this.#hasEnded(this.#awaited)) this.#awaited.resolve();
  }

  /** @param {{messageId: string, iteration: number}} round */
  #hasEnded({ messageId, iteration }) {
    const groups = this.#picture.message_id === messageId ? this.#picture.conversation_flow : [];
    const group = groups.find((/** @type {Json} */ one) => one.iteration === iteration);
    return group?.calls.length === this.#rounds[iteration].calls.length && group.status !== "executing";
  }

  /** @param {Event} event */
  async #play(event) {
    event.preventDefault();
    const button = byId("play");
    if (this.#playing) {
      await this.#playing.stop();
      return;
    }
    const player = new Player(this.gateway, (messageId, iteration) => this.#until(messageId, iteration));
    this.#playing = player;
    button.textContent = "Stop";
    try {
      await player.prepare();
      this.#preview.show(await this.gateway.state());
      await player.play(this.#rounds, Number(field("speed").value));
    } catch (error) {
      say(error instanceof Error ? error.message : String(error));
    } finally {
      this.#playing = null;
      button.textContent = "Play again";
    }
  }

  /** @param {string} messageId @param {number} iteration @returns {Promise<void>} */
  #until(messageId, iteration) {
    return new Promise((resolve) => {
      this.#awaited = { messageId, iteration, resolve };
      this.#draw();
    });
  }
}

async function enter() {
  const who = session.current();
  if (who === null) return askIn(/** @type {string} */ (byId("why").textContent));
  try {
    await new Room(new Gateway(who)).open();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    askIn(error.message);
  }
}

enter();
