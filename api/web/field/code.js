// The subscriber's code: asked for, counted down, typed; what ends it is said at once.

import { newName } from "./asking.js";
import { h, newId } from "./dom.js";

const DIGITS = 6;
const A_SECOND = 1000;

/** A number that is not broken at the end of a line. */
function whole(phone) {
  return phone.replaceAll(" ", "\u00a0").replaceAll("-", "\u2011");
}

/** `2:09` */
function clock(seconds) {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

export class Code {
  #once = newName();
  #attempt = null;
  #typed = "";
  #tooEarlyUntil = 0;
  #looks = [];
  #clock = null;

  /**
   * `run(control, work)` does it once and says what went wrong, `redraw(says)` has the part drawn
   * anew with a sentence beside it, `done()` hears that it is confirmed; `told` is the way of §9.5.
   */
  constructor({ envelope, net, words, told, run, redraw, done }) {
    Object.assign(this, { envelope, net, words, told, run, redraw, done });
  }

  draw() {
    clearInterval(this.#clock);
    this.#looks = [];
    const challenge = this.#live();
    const part = challenge ? this.#entry(challenge) : h("p", {}, this.#sender());
    for (const look of this.#looks) look();
    this.#clock = setInterval(() => {
      if (!part.isConnected) clearInterval(this.#clock);
      else for (const look of this.#looks) look();
    }, A_SECOND);
    return part;
  }

  #live() {
    const challenge = this.envelope.challenge;
    return challenge?.state === "sent" && challenge.attempts_left > 0 && this.#left(challenge.expires_at) > 0 ? challenge : null;
  }

  /** Seconds until then, by the service's clock. */
  #left(instant) {
    return Math.ceil((this.net.local(instant) - Date.now()) / A_SECOND);
  }

  #sender() {
    const phone = whole(this.envelope.subscriber.phone);
    const button = h("button.main", { type: "button", id: "send" });
    this.#sending(button, () => this.words.say("send", { phone }), () => 0);
    return button;
  }

  /** Has a code sent; as long as it is too early for one, it says how long that will be. */
  #sending(button, idle, wait) {
    const look = () => {
      if (button.hasAttribute("aria-busy")) return;
      const left = Math.max(wait(), Math.ceil((this.#tooEarlyUntil - Date.now()) / A_SECOND));
      button.disabled = left > 0;
      button.textContent = left > 0 ? this.words.say("again_in", { seconds: left }) : idle();
    };
    this.#looks.push(look);
    button.addEventListener("click", () => this.run(button, () => this.#send()).then(look));
  }

  /** The code that is out goes on to count until the next one has come. */
  async #send() {
    let told;
    try {
      told = await this.net.post(this.envelope.links.code, { language: this.words.language }, this.#once);
    } catch (problem) {
      if (problem.told?.limit !== "cool_down") throw problem;
      this.#tooEarlyUntil = Date.now() + problem.retryAfter * A_SECOND;
      // For how long, the button says: its seconds run.
      throw Object.assign(new Error(), { title: problem.title });
    }
    this.#once = newName();
    this.envelope.challenge = told.challenge;
    this.#forget();
    this.redraw();
  }

  #forget() {
    this.#attempt = null;
    this.#typed = "";
  }

  #entry(challenge) {
    const say = (name, given) => this.words.say(name, given);
    const id = newId();
    const input = h("input.code", { id, inputmode: "numeric", autocomplete: "one-time-code", maxlength: DIGITS, pattern: "[0-9]*", "aria-describedby": `${id}s`, value: this.#typed });
    const again = h("button.plain", { type: "button" });
    this.#sending(again, () => say("send_again"), () => this.#left(challenge.resend_at));
    const lives = h("span.whole");
    this.#looks.push(() => {
      const left = this.#left(challenge.expires_at);
      lives.textContent = say("code_lives", { time: clock(Math.max(0, left)) });
      // What is being asked is answered first.
      if (left <= 0 && !input.disabled && !again.hasAttribute("aria-busy")) this.#over(say("code_over"));
    });
    input.addEventListener("input", () => {
      const digits = input.value.replace(/\D/g, "").slice(0, DIGITS);
      if (digits !== input.value) input.value = digits;
      this.#typed = digits;
      if (digits.length === DIGITS) this.run(input, () => this.#confirm(digits, input));
    });
    return h("div.field", {}, h("label", { for: id }, say(this.told ? "code_told" : "code")), input,
      h("p.quiet", {}, h("span", { id: `${id}s` }, say("code_sent", { phone: whole(challenge.phone) })), " ", lives), again);
  }

  async #confirm(code, input) {
    // The same code after a lost answer is the same attempt; another code is another one.
    if (this.#attempt?.code !== code) this.#attempt = { code, id: newName() };
    const body = { code, attempt_id: this.#attempt.id, language: this.words.language, entered_by: this.told ? "employee" : "subscriber_on_tablet", device: "tablet" };
    try {
      await this.net.post(this.envelope.links.confirmation, body);
    } catch (problem) {
      if (problem.code === "already_confirmed") return this.done();
      if (!problem.isOffline) this.#attempt = null;
      input.value = this.#typed = "";
      if (problem.attemptsLeft === 0) return this.#over(this.words.say("code_spent"));
      if (problem.code === "code_gone") this.#over();
      throw problem;
    }
    return this.done();
  }

  /** Another one is needed. */
  #over(says = "") {
    this.envelope.challenge = null;
    this.#forget();
    this.redraw(says);
  }
}
