// A field of files that speaks the language of the page, which a browser's own does not.

import { h, newId } from "./dom.js";

/**
 * The input, and its `field()` in the language that is spoken now: drawn anew, it holds the same
 * files. `label` names its words, `given` is what the input is told.
 */
export function chooser(app, label, given) {
  const [id, told] = [newId(), newId()];
  const names = h("output.quiet", { id: told, for: id });
  const input = h("input", { id, type: "file", "aria-describedby": told, ...given });
  const choose = given.webkitdirectory ? "choose_folder" : given.multiple ? "choose_files" : "choose_file";
  const tell = () => {
    const { files } = input;
    names.textContent = files.length === 0 ? app.say("nothing_chosen") : files.length === 1 ? files[0].name : app.say("chosen", { count: files.length });
  };
  input.addEventListener("change", tell);
  const field = () => {
    tell();
    return h("div.field", {}, h("label", { for: id }, app.say(label)),
      h("div.choosing", {}, input, h("span.button", { "aria-hidden": "true" }, app.say(choose)), names));
  };
  return { field, input };
}

/**
 * Brings papers along, each once however often a form is sent: where somebody mends a table, its
 * papers are there already. `named(paper)` is what a refusal calls it by.
 */
export class Bringing {
  #kept = new Map();

  constructor(app) {
    const bar = newId();
    Object.assign(this, { app, bar: h("progress", { id: bar }), says: h("label.quiet", { for: bar }) });
    this.box = h("div.bringing", { hidden: true }, this.says, this.bar);
  }

  /** Hashes in their order. */
  async all(papers, named) {
    const { app } = this;
    this.box.hidden = false;
    this.bar.max = papers.length;
    const hashes = [];
    try {
      for (const paper of papers) {
        this.bar.value = hashes.length;
        this.says.textContent = app.say("uploading", { done: hashes.length, of: papers.length });
        hashes.push(await this.#one(paper, named(paper)));
      }
    } finally {
      this.box.hidden = true;
    }
    return hashes;
  }

  async #one(paper, name) {
    if (!this.#kept.has(paper)) {
      const told = await this.app.net.upload("/v1/pack-papers", paper).catch((problem) => {
        throw problem.code === "unauthenticated" ? problem : Object.assign(new Error(), { title: `${name}: ${this.app.words(problem)}` });
      });
      this.#kept.set(paper, told.sha256);
    }
    return this.#kept.get(paper);
  }
}
