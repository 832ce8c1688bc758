// The subscriber's part: he reads, chooses his language, agrees, and types his code or signs by hand.

import { busy } from "./busy.js";
import { Code } from "./code.js";
import { h, newId } from "./dom.js";
import { Hand } from "./hand.js";
import { sheets } from "./sheets.js";

const POLL = 700;

/** States in which an envelope can still be signed. */
export const LIVE = new Set(["draft", "ready", "code_sent"]);

export class Signing {
  #way = "code";
  #isDeclining = false;
  #reason = "";

  /** `done(envelope)` once it is confirmed; `told` is the way of §9.5: the employee types the code. */
  constructor({ envelope, net, words, titles, consents, fewest, person, told, done, back }) {
    Object.assign(this, { envelope, net, words, titles, consents, told, done, back });
    const run = (control, work) => this.#busy(control, work);
    this.code = new Code({ envelope, net, words, told, run, redraw: (says) => this.#redraw(says), done: () => done(envelope) });
    this.hand = new Hand({ envelope, net, words, person, fewest, run, consent: () => this.#consent(), done: () => done(envelope) });
  }

  /** All of it; drawn anew, in another language, it keeps what was typed, drawn and chosen. */
  draw() {
    const say = (name, given) => this.words.say(name, given);
    this.pages = sheets(this.envelope, { net: this.net, words: this.words, titles: this.titles });
    this.act = h("section.act", { "aria-labelledby": "act" });
    this.problem = h("p.error", { role: "alert" });
    this.#drawAct();
    const down = h("div.bar", {}, h("button.main", { type: "button", on: { click: () => this.act.scrollIntoView({ behavior: "smooth" }) } }, say("to_act")));
    new IntersectionObserver((found) => { down.hidden = found.at(-1).isIntersecting; }).observe(this.act);
    return h("div.reading", {},
      h("p.lead", {}, say(this.told ? "told_says" : "read_says", { name: this.envelope.subscriber.full_name })),
      this.told ? null : this.pages, this.act, this.told ? null : down);
  }

  #consent() {
    return this.consents[this.#way === "hand" ? "by_hand" : "sms_code"][this.words.language];
  }

  #drawAct() {
    const say = (name, given) => this.words.say(name, given);
    const inside = [
      h("h2", { id: "act" }, say("sign")),
      h("blockquote", {}, this.#consent().text),
      this.consents.by_hand && !this.told ? this.#ways() : null,
      this.problem,
      this.#way === "hand" ? this.hand.draw() : this.code.draw(),
      this.told ? null : this.#decline(),
      this.told ? h("button.plain", { type: "button", on: { click: () => this.back() } }, say("back")) : null,
    ];
    this.act.replaceChildren(...inside.filter(Boolean));
  }

  /** Where the code was at hand, what comes next is; who is elsewhere on the page is not disturbed. */
  #redraw(says = "") {
    const wasThere = this.act.contains(document.activeElement) || document.activeElement === document.body;
    this.#drawAct();
    this.problem.textContent = says;
    if (wasThere) this.act.querySelector("input.code, #send")?.focus();
  }

  #ways() {
    const box = h("div.switch", { role: "group", "aria-label": this.words.say("way") });
    for (const way of ["code", "hand"]) {
      box.append(h("button", { type: "button", "aria-pressed": String(this.#way === way), on: { click: () => { this.#way = way; this.problem.textContent = ""; this.#drawAct(); } } }, this.words.say(`by_${way}`)));
    }
    return box;
  }

  #decline() {
    const say = (name) => this.words.say(name);
    const id = newId();
    const reason = h("textarea", { id, rows: 2, maxlength: 500, on: { input: () => { this.#reason = reason.value; } } });
    reason.value = this.#reason;
    const go = h("button.danger", { type: "button" }, say("decline_go"));
    go.addEventListener("click", () => this.#busy(go, async () => {
      await this.net.post(this.envelope.links.decline, { reason: reason.value.trim() || say("decline_unsaid") });
      await this.done(this.envelope);
    }));
    const part = h("details.decline", { open: this.#isDeclining }, h("summary", {}, say("decline")), h("div.field", {}, h("label", { for: id }, say("decline_why")), reason), go);
    part.addEventListener("toggle", () => { this.#isDeclining = part.open; });
    return part;
  }

  #busy(control, work) {
    return busy(control, this.problem, { words: this.words }, () => work().catch((problem) => this.#overtaken(problem)));
  }

  /** Where another device was faster there is nothing left to sign here: that is shown instead. */
  async #overtaken(problem) {
    if (problem.status !== 409) throw problem;
    const now = await this.net.get(`/v1/envelopes/${this.envelope.id}`);
    if (LIVE.has(now.state)) throw problem;
    await this.done(now);
  }
}

/** Look until the envelope is out of that state, as long as the page shows it; `away` hears of silence. */
export async function until(net, id, over, stays, away = () => {}) {
  for (;;) {
    try {
      const envelope = await net.get(`/v1/envelopes/${id}`);
      if (over(envelope)) return envelope;
    } catch (problem) {
      if (!problem.isOffline) throw problem;
      away();
    }
    await new Promise((resolve) => setTimeout(resolve, POLL));
    if (!stays()) return null;
  }
}
