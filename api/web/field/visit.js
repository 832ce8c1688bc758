// One visit as it is written down: the subscriber's fields, then those of each document.

import { h, newId } from "./dom.js";
import { Form } from "./form.js";

export class VisitPage {
  errors = [];

  /**
   * `forms` are those of its documents, `others` what can be added. `act` has what is done here:
   * `changed()`, `preview(button, says)`, `verify()`, `add(form)`, `remove(at)`, `choose(way)`.
   */
  constructor({ draft, forms, others, words, scan, act }) {
    Object.assign(this, { draft, forms, others, words, act });
    const { changed, verify } = act;
    this.who = new Form({ schema: forms[0].subscriber_schema, value: draft.subscriber, root: "/subscriber", words, changed, verify });
    this.papers = forms.map((form, at) => new Form({ schema: form.schema, value: draft.documents[at].values, root: `/documents/${at}/values`, words, changed, scan }));
    this.isOpen = !this.#name();
  }

  #name() {
    const { surname, name, patronymic } = this.draft.subscriber;
    return [surname, name, patronymic].filter(Boolean).join(" ");
  }

  /** What the service found, shown the next time that this is drawn. */
  tell(errors) {
    const all = [this.who, ...this.papers];
    for (const form of all) form.tell(errors);
    this.errors = errors.filter((each) => !all.some((form) => form.errors.includes(each)));
    if (this.who.errors.length) this.isOpen = true;
  }

  /** All of what is wrong that nobody has changed since. */
  get wrong() {
    return [this.who, ...this.papers].reduce((sum, form) => sum + form.errors.length, this.errors.length);
  }

  /** Its elements, in the language of now. */
  draw() {
    const { draft, words } = this;
    const say = (name, given) => words.say(name, given);
    this.error = h("p.error", { role: "alert" });
    this.go = h("button.main", { type: "button", id: "preview" }, say("preview"));
    this.go.addEventListener("click", () => this.preview());
    const person = h("details.part", { open: this.isOpen }, h("summary", {}, h("span", {}, say("subscriber")), h("strong", {}, ` ${this.#name()}`)), this.who.draw());
    person.addEventListener("toggle", (event) => { if (event.target === person) this.isOpen = person.open; });
    const drawn = [h("h1", { tabindex: -1 }, `${say("order")} ${draft.reference.order_number}`), this.#conflict(), person,
      ...this.papers.map((view, at) => this.#paper(view, at)), this.#adder(),
      h("div.bar", {}, this.error, h("a.button", { href: "#" }, say("back")), this.go)];
    if (this.wrong) {
      const strange = [this.who, ...this.papers].reduce((all, form) => [...all, ...form.strange], this.errors);
      this.error.textContent = [say("wrong", { count: this.wrong }), ...strange.map((each) => each.message)].join(". ");
    }
    return drawn;
  }

  preview() {
    return this.act.preview(this.go, this.error);
  }

  #paper(view, at) {
    const title = this.forms[at].titles[this.words.language];
    const label = `${this.words.say("remove_document")}: ${title}`;
    const remover = h("button.plain", { type: "button", "aria-label": label, on: { click: () => this.act.remove(at) } }, this.words.say("remove"));
    return h("section.part", {}, h("div.tools", {}, h("h2", {}, title), this.papers.length > 1 ? remover : null), view.draw());
  }

  /** One more paper for the same signature. */
  #adder() {
    if (!this.others.length) return null;
    const id = newId();
    const select = h("select", { id }, h("option", { value: "" }, "—"), this.others.map((each) => h("option", { value: each.code }, each.titles[this.words.language])));
    select.addEventListener("change", () => this.act.add(this.others.find((each) => each.code === select.value)));
    return h("div.part", {}, h("div.field", {}, h("label", { for: id }, this.words.say("add_document")), select));
  }

  #conflict() {
    if (!this.draft.conflict) return null;
    const button = (way, word) => h("button.plain", { type: "button", on: { click: () => this.act.choose(way) } }, this.words.say(word));
    return h("div.notice", { role: "alert" }, h("p", {}, this.words.say("conflict")),
      h("div.tools", {}, button("keepMine", "mine"), button("takeTheirs", "theirs")));
  }
}
