// The subscriber's signature by hand, before the employee who handed him the tablet.

import { h } from "./dom.js";
import { Pad } from "./pad.js";

export class Hand {
  /** `run(control, work)` does it once and says what went wrong; `consent()` is the sentence shown. */
  constructor({ envelope, net, words, person, consent, fewest, run, done }) {
    Object.assign(this, { envelope, net, words, person, consent, fewest, run, done });
    this.pad = new Pad(() => this.#look());
  }

  /** What was drawn stays, however often the part around it is drawn anew. */
  draw() {
    const say = (name) => this.words.say(name);
    this.pad.canvas.setAttribute("aria-label", say("pad"));
    this.go = h("button.main", { type: "button", on: { click: () => this.run(this.go, () => this.#sign()).then(() => this.#look()) } }, say("hand_go"));
    this.#look();
    return h("div", {}, this.pad.canvas, h("div.tools", {}, h("button.plain", { type: "button", on: { click: () => this.pad.clear() } }, say("clear")), this.go));
  }

  #look() {
    if (!this.go.hasAttribute("aria-busy")) this.go.disabled = this.pad.points < this.fewest;
  }

  async #sign() {
    const { language } = this.words;
    const { version, sha256 } = this.consent();
    const { full_name: name, employee_id, position } = this.person;
    const body = { consent: { language, version, sha256 }, device: "tablet", witness: { name, employee_id, role: position[language] }, ...this.pad.signature() };
    await this.net.post(`/v1/envelopes/${this.envelope.id}/handwritten`, body);
    await this.done();
  }
}
