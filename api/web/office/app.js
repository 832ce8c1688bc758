// The office: who is signed in, which sections he may see, and the frame of every page.

import { busy, told } from "./busy.js";
import { h } from "./dom.js";
import { refusal, signInForm } from "./entering.js";
import { Net } from "./net.js";
import { packSection } from "./packs.js";
import { markFields } from "./wrong.js";

const CONFIG = JSON.parse(document.getElementById("config").textContent);
const LANGUAGES = ["kk", "ru"];

/** Each section: `name` (its words), `path`, `roles` that see it, `show(app, parts)`. */
const SECTIONS = [packSection];

class App {
  session = null;
  today = CONFIG.today;
  #again = null;
  #turn = 0;

  constructor() {
    this.main = document.getElementById("main");
    const kept = localStorage.getItem("language");
    this.language = LANGUAGES.includes(kept) ? kept : document.documentElement.lang;
    this.net = new Net({ language: () => this.language, online: (yes) => this.#online(yes) });
  }

  say(name, given = {}) {
    const text = CONFIG.words[name]?.[this.language];
    if (text === undefined) throw new Error(`no words for ${name}`);
    return text.replace(/{(\w+)}/g, (_, key) => given[key] ?? "");
  }

  /** What the service says in both languages. */
  told(both) {
    return both[this.language];
  }

  async start() {
    window.addEventListener("hashchange", () => this.route());
    this.#head();
    try {
      await this.#entered(await this.net.get("/v1/session"));
    } catch (problem) {
      this.#signIn(problem.isOffline ? this.words(problem) : refusal(this));
    }
  }

  get sections() {
    const roles = new Set(this.session?.person.roles ?? []);
    return SECTIONS.filter((section) => section.roles.some((role) => roles.has(role)));
  }

  /** Whether he may change anything here, or looks only. */
  get works() {
    const roles = this.session?.person.roles ?? [];
    return roles.includes("collector") || roles.includes("office");
  }

  async #entered(session) {
    this.session = session;
    this.net.guard = session.page_token;
    this.#head();
    await this.route();
  }

  async route() {
    if (!this.session) return;
    const turn = ++this.#turn;
    if (!this.sections.length) return this.#refuse();
    const [path, ...parts] = location.hash.replace(/^#\/?/, "").split("/");
    const section = this.sections.find((each) => each.path === path) ?? this.sections[0];
    this.#head(section);
    await this.attempt(() => section.show(this, parts, () => turn === this.#turn));
  }

  /** Do what a page is made of; where that fails, say so in its place. */
  async attempt(work) {
    const turn = this.#turn;
    try {
      await work();
    } catch (problem) {
      if (turn === this.#turn) this.fail(problem);
    }
  }

  /** Show this; `again` shows the same in the other language. */
  show(view, again, ...inside) {
    this.#again = again;
    this.main.dataset.view = view;
    this.main.replaceChildren(...inside.flat().filter(Boolean));
    document.title = [this.main.querySelector("h1")?.textContent, this.say("title")].filter(Boolean).join(" · ");
  }

  /** To the heading of a new page, as a click on a link would bring it. */
  land() {
    this.main.querySelector("h1")?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }

  fail(problem) {
    if (problem.code === "unauthenticated") return this.#signIn(this.say("gone"));
    const again = h("button.main", { type: "button", on: { click: () => this.route() } }, this.say("again"));
    const back = h("a.button", { href: "#/packs" }, this.say("to_packs"));
    this.show("failed", () => this.fail(problem), h("h1", { tabindex: -1 }, this.say("failed")),
      h("p.error", { role: "alert" }, this.words(problem)), h("div.tools", {}, again, back));
    this.land();
  }

  words(problem) {
    return told(problem, this);
  }

  /**
   * Do it once, its button busy meanwhile; what is refused is said beside it, and in `form` beside
   * each field that is wrong.
   */
  busy(button, error, work, form = null) {
    const refused = (problem) => {
      if (problem.code === "unauthenticated") this.#signIn(this.say("gone"));
      else if (!form || !markFields(form, problem.errors ?? [])) return false;
      else error.textContent = this.say("mend_fields");
      return true;
    };
    return busy(button, error, { words: this, refused }, work);
  }

  #online(yes) {
    if (this.status) {
      this.status.textContent = yes ? "" : this.say("offline");
      this.status.className = yes ? "" : "bad";
    }
  }

  #head(current = null) {
    const languages = h("div.languages", { role: "group", "aria-label": this.say("languages") });
    for (const each of LANGUAGES) {
      const button = h("button", { type: "button", lang: each, "aria-pressed": String(each === this.language), on: { click: () => this.#speak(each, current) } }, CONFIG.names[each]);
      languages.append(button);
    }
    this.status = h("p", { id: "status", role: "status" });
    const person = this.session?.person;
    const links = this.session ? this.sections.map((each) => h("a", { href: `#/${each.path}`, "aria-current": each === current ? "page" : null }, this.say(each.name))) : [];
    const me = person ? h("details.me", {}, h("summary", {}, person.full_name.split(" ")[0], h("span", {}, ` ${person.full_name.split(" ").slice(1).join(" ")}`)),
      h("div", {}, h("button.plain", { type: "button", on: { click: () => this.#signOut() } }, this.say("sign_out")))) : null;
    document.getElementById("head").replaceChildren(...[
      h("p.brand", {}, h("img", { src: CONFIG.mark, alt: "", width: 28, height: 28 }), h("span", {}, this.say("title"))),
      links.length ? h("nav.sections", { "aria-label": this.say("sections") }, links) : null,
      this.status, languages, me].filter(Boolean));
    document.documentElement.lang = this.language;
  }

  #speak(language, current) {
    this.language = language;
    localStorage.setItem("language", language);
    this.#head(current);
    this.#again?.();
    document.querySelector(".languages [aria-pressed=true]").focus();
  }

  #refuse() {
    const out = h("button.main", { type: "button", on: { click: () => this.#signOut() } }, this.say("sign_out"));
    this.show("refused", () => this.#refuse(), h("h1", { tabindex: -1 }, this.say("no_section")),
      h("p", {}, this.say("no_section_says")),
      h("div.tools", {}, h("a.button", { href: "/field/" }, this.say("to_field")), out));
    this.land();
  }

  async #signOut() {
    await this.net.ask("DELETE", "/v1/session").catch(() => {});
    location.hash = "";
    this.#signIn();
  }

  #signIn(told = "") {
    this.session = null;
    this.net.guard = null;
    this.#turn += 1;
    this.#head();
    const form = signInForm({
      net: this.net, words: this, openid: CONFIG.openid, told,
      run: (go, error, work, form) => this.busy(go, error, work, form), entered: (session) => this.#entered(session),
    });
    this.show("sign-in", () => this.#signIn(told), form);
  }
}

new App().start();
