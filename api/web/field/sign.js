// The subscriber's part: he reads, chooses his language, agrees, and types his code or signs by hand.

import { newName } from "./asking.js";
import { busy } from "./busy.js";
import { h, newId } from "./dom.js";
import { Pad } from "./pad.js";
import { sheets } from "./sheets.js";

const DIGITS = 6;
const POLL = 700;

/** States in which an envelope can still be signed. */
export const LIVE = new Set(["draft", "ready", "code_sent"]);

/** A number that is not broken at the end of a line. */
function whole(phone) {
  return phone.replaceAll(" ", "\u00a0").replaceAll("-", "\u2011");
}

export class Signing {
  /** `done(envelope)` once it is confirmed; `told` is the way of §9.5: the employee types the code. */
  constructor({ envelope, net, words, titles, consents, person, told, done, back }) {
    Object.assign(this, { envelope, net, words, titles, consents, person, told, done, back });
    this.once = newName();
    this.attempt = null;
    this.way = "code";
  }

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
    return this.consents[this.way === "hand" ? "by_hand" : "sms_code"][this.words.language];
  }

  #drawAct() {
    const say = (name, given) => this.words.say(name, given);
    const challenge = this.envelope.challenge;
    const live = challenge && challenge.state === "sent" && Date.parse(challenge.expires_at) > Date.now();
    const inside = [
      h("h2", { id: "act" }, say("sign")),
      h("blockquote", {}, this.#consent().text),
      this.consents.by_hand && !this.told ? this.#ways() : null,
      this.problem,
      this.way === "hand" ? this.#hand() : live ? this.#code(challenge) : this.#send(),
      this.told ? null : this.#decline(),
      this.told ? h("button.plain", { type: "button", on: { click: () => this.back() } }, say("back")) : null,
    ];
    this.act.replaceChildren(...inside.filter(Boolean));
  }

  #ways() {
    const box = h("div.switch", { role: "group", "aria-label": this.words.say("way") });
    for (const way of ["code", "hand"]) {
      box.append(h("button", { type: "button", "aria-pressed": String(this.way === way), on: { click: () => { this.way = way; this.problem.textContent = ""; this.#drawAct(); } } }, this.words.say(`by_${way}`)));
    }
    return box;
  }

  #send() {
    const button = h("button.main", { type: "button", id: "send" }, this.words.say("send", { phone: whole(this.envelope.subscriber.phone) }));
    button.addEventListener("click", () => this.#busy(button, async () => {
      const { challenge } = await this.net.post(`${this.envelope.links.code}`, { language: this.words.language }, this.once);
      this.once = newName();
      this.envelope.challenge = challenge;
      this.#drawAct();
      this.act.querySelector("input")?.focus();
    }));
    return h("p", {}, button);
  }

  #code(challenge) {
    const say = (name, given) => this.words.say(name, given);
    const id = newId();
    const input = h("input.code", { id, inputmode: "numeric", autocomplete: "one-time-code", maxlength: DIGITS, pattern: "[0-9]*" });
    const again = h("button.plain", { type: "button", disabled: true });
    const look = () => {
      const left = Math.ceil((Date.parse(challenge.resend_at) - Date.now()) / 1000);
      again.disabled = left > 0;
      again.textContent = left > 0 ? say("again_in", { seconds: left }) : say("send_again");
      if (again.isConnected && left > 0) setTimeout(look, 1000);
    };
    again.addEventListener("click", () => { this.envelope.challenge = null; this.#drawAct(); this.act.querySelector("#send")?.click(); });
    setTimeout(look);
    input.addEventListener("input", () => {
      const digits = input.value.replace(/\D/g, "").slice(0, DIGITS);
      if (digits !== input.value) input.value = digits;
      if (digits.length === DIGITS) this.#busy(input, () => this.#confirm(digits, input));
    });
    return h("div.field", {}, h("label", { for: id }, say(this.told ? "code_told" : "code")), input,
      h("p.quiet", {}, say("code_sent", { phone: whole(challenge.phone) })), again);
  }

  async #confirm(code, input) {
    this.attempt ??= newName();
    const body = { code, attempt_id: this.attempt, language: this.words.language, entered_by: this.told ? "employee" : "subscriber_on_tablet", device: "tablet" };
    try {
      await this.net.post(this.envelope.links.confirmation, body);
    } catch (problem) {
      if (!problem.isOffline) this.attempt = null;
      if (problem.code === "already_confirmed") return this.done(this.envelope);
      if (problem.code === "code_gone") this.envelope.challenge = null;
      input.value = "";
      if (problem.code === "code_gone") this.#drawAct();
      throw problem;
    }
    await this.done(this.envelope);
  }

  #hand() {
    const say = (name) => this.words.say(name);
    const canvas = h("canvas.pad", { "aria-label": say("pad"), role: "img" });
    const go = h("button.main", { type: "button", disabled: true }, say("hand_go"));
    const pad = new Pad(canvas, (isEmpty) => { go.disabled = isEmpty; });
    go.addEventListener("click", () => this.#busy(go, async () => {
      const { version, sha256 } = this.#consent();
      const body = { consent: { language: this.words.language, version, sha256 }, device: "tablet",
        witness: { name: this.person.full_name, employee_id: this.person.employee_id, role: this.person.position[this.words.language] }, ...pad.signature() };
      await this.net.post(`/v1/envelopes/${this.envelope.id}/handwritten`, body);
      await this.done(this.envelope);
    }));
    return h("div", {}, canvas, h("div.tools", {}, h("button.plain", { type: "button", on: { click: () => pad.clear() } }, say("clear")), go));
  }

  #decline() {
    const say = (name) => this.words.say(name);
    const id = newId();
    const reason = h("textarea", { id, rows: 2, maxlength: 500 });
    const go = h("button.danger", { type: "button" }, say("decline_go"));
    go.addEventListener("click", () => this.#busy(go, async () => {
      await this.net.post(this.envelope.links.decline, { reason: reason.value.trim() || say("decline_unsaid") });
      await this.done(this.envelope);
    }));
    return h("details.decline", {}, h("summary", {}, say("decline")), h("div.field", {}, h("label", { for: id }, say("decline_why")), reason), go);
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

/** Look until the envelope is out of that state, as long as the page shows it. */
export async function until(net, id, over, stays) {
  for (;;) {
    try {
      const envelope = await net.get(`/v1/envelopes/${id}`);
      if (over(envelope)) return envelope;
    } catch (problem) {
      if (!problem.isOffline) throw problem;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL));
    if (!stays()) return null;
  }
}
