// Words of a page in both languages, switched without loading it anew.

export class Words {
  #tables;
  #listeners = new Set();

  constructor(tables, first) {
    this.#tables = tables;
    this.language = first in tables ? first : "kk";
  }

  /** The words under a name, their `{placeholders}` filled. */
  say(name, given = {}) {
    const words = this.#tables[this.language][name];
    if (words === undefined) throw new Error(`no words for ${name}`);
    return words.replace(/{(\w+)}/g, (_, key) => given[key] ?? "");
  }

  switchTo(language) {
    if (!(language in this.#tables) || language === this.language) return;
    this.language = language;
    this.apply();
    for (const listener of this.#listeners) listener(language);
  }

  onSwitch(listener) {
    this.#listeners.add(listener);
  }

  /** Fill whatever says by `data-word` (its text) or `data-label` (its name) what it needs. */
  apply(root = document) {
    document.documentElement.lang = this.language;
    for (const each of root.querySelectorAll("[data-word]")) each.textContent = this.say(each.dataset.word);
    for (const each of root.querySelectorAll("[data-label]")) {
      each.setAttribute("aria-label", this.say(each.dataset.label));
    }
    for (const each of root.querySelectorAll("button[data-language]")) {
      each.setAttribute("aria-pressed", String(each.dataset.language === this.language));
    }
  }
}

/** A switch: one button for each language, each named in its own. */
export function languageSwitch(root, words) {
  root.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-language]");
    if (button) words.switchTo(button.dataset.language);
  });
}
