// The office: who is signed in, which sections he may see, and the frame of every page.

import { h, newId } from "./dom.js";
import { Net } from "./net.js";
import { packSection } from "./packs.js";

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
      this.#signIn(problem.isOffline ? this.say("offline") : "");
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
    try {
      await section.show(this, parts, () => turn === this.#turn);
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
    const back = h("a.button", { href: "#/packs" }, this.say("to_packs"));
    this.show("failed", () => this.route(), h("h1", { tabindex: -1 }, this.say("failed")),
      h("p.error", { role: "alert" }, this.words(problem)), h("div.tools", {}, back));
    this.land();
  }

  words(problem) {
    if (problem.isOffline) return this.say("offline");
    const found = (problem.errors ?? []).map((each) => each.message);
    return [problem.title, problem.detail, ...found].filter(Boolean).join(" ") || String(problem.message ?? problem);
  }

  /** Do it once, its button busy meanwhile; what is refused is said beside it. */
  async busy(button, error, work) {
    if (button.disabled) return;
    button.disabled = true;
    button.setAttribute("aria-busy", "true");
    error.textContent = "";
    try {
      await work();
    } catch (problem) {
      if (problem.code === "unauthenticated") return this.#signIn(this.say("gone"));
      error.textContent = this.words(problem);
    } finally {
      button.disabled = false;
      button.removeAttribute("aria-busy");
    }
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
  }

  #refuse() {
    const out = h("button.main", { type: "button", on: { click: () => this.#signOut() } }, this.say("sign_out"));
    this.show("refused", () => this.#refuse(), h("h1", { tabindex: -1 }, this.say("no_section")),
      h("p", {}, this.say("no_section_says")), h("div.tools", {}, out));
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
    const [login, password] = [newId(), newId()];
    const error = h("p.error", { role: "alert" }, told);
    const go = h("button.main", { type: "submit" }, this.say("sign_in"));
    const form = h("form.card", { novalidate: true }, h("h1", { tabindex: -1 }, this.say("sign_in_title")),
      h("div.field", {}, h("label", { for: login }, this.say("login")), h("input", { id: login, name: "login", autocomplete: "username", autocapitalize: "none", spellcheck: "false" })),
      h("div.field", {}, h("label", { for: password }, this.say("password")), h("input", { id: password, name: "password", type: "password", autocomplete: "current-password" })),
      error, go,
      CONFIG.openid ? h("p", {}, h("a.button", { href: "/v1/session/openid" }, this.say("sign_in_openid"))) : null);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.busy(go, error, async () => {
        const body = { login: form.elements.login.value, password: form.elements.password.value };
        await this.#entered(await this.net.post("/v1/session", body));
      });
    });
    this.show("sign-in", () => this.#signIn(), form);
  }
}

new App().start();
