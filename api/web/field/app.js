// The technician's tablet: in, today's visits, a visit, its documents, the subscriber's part, done.

import { newName } from "./asking.js";
import { busy, told } from "./busy.js";
import { h, newId } from "./dom.js";
import { Drafts } from "./drafts.js";
import { refusal, signInForm } from "./entering.js";
import { Form } from "./form.js";
import { Net } from "./net.js";
import { passwordForm } from "./password.js";
import { canScan, scan } from "./scan.js";
import { sheets } from "./sheets.js";
import { LIVE, Signing, until } from "./sign.js";
import { Store } from "./store.js";
import { verifyNumber } from "./verify.js";

const CONFIG = JSON.parse(document.getElementById("config").textContent);
const LANGUAGES = ["kk", "ru"];
const SEND_AFTER = 300;
const ALMATY = 5 * 3_600_000;
const SEALS = new Set([...LIVE, "confirmed", "sealed"]);
const OVER = new Set(["confirmed", "sealed", "declined"]);

const words = {
  language: LANGUAGES.includes(localStorage.getItem("language")) ? localStorage.getItem("language") : document.documentElement.lang,
  say(name, given = {}) {
    const text = CONFIG.words[name]?.[this.language];
    if (text === undefined) throw new Error(`no words for ${name}`);
    return text.replace(/{(\w+)}/g, (_, key) => given[key] ?? "");
  },
};
const say = (name, given) => words.say(name, given);

/** The day in Kazakhstan; a page that was kept knows only the day on which it was. */
function today() {
  return new Date(Date.now() + ALMATY).toISOString().slice(0, 10);
}

class App {
  session = null;
  isOnline = true;
  changes = 0;
  #view = null;

  constructor() {
    this.main = document.getElementById("main");
    this.store = new Store();
    this.net = new Net({ language: () => words.language, online: (yes) => this.#online(yes) });
    this.drafts = new Drafts({ store: this.store, net: this.net, told: () => this.#status(), gone: () => this.#gone() });
    this.drafts.moved = (old, draft) => { if (this.draft?.id === old) this.#adopt(draft); };
    this.drafts.settled = (draft) => { if (this.draft?.id === draft.id) this.#adopt(draft); };
  }

  async start() {
    this.#head();
    await this.store.open();
    window.addEventListener("online", () => this.drafts.send());
    window.addEventListener("hashchange", () => this.#route());
    window.addEventListener("pagehide", () => this.#saveNow());
    if ("serviceWorker" in navigator) navigator.serviceWorker.register("/field/sw.js", { scope: "/field/" }).catch(() => {});
    await this.#resume();
  }

  // --- who ------------------------------------------------------------------------------------

  async #resume() {
    try {
      await this.#entered(await this.net.get("/v1/session"));
    } catch (problem) {
      const kept = problem.isOffline ? await this.store.get("session") : null;
      if (kept) await this.#entered(kept, { isKept: true });
      else this.#signIn(problem.isOffline ? say("offline_in") : refusal(words));
    }
  }

  async #entered(session, { isKept = false } = {}) {
    const before = await this.store.get("session");
    if (before && before.person.login !== session.person.login) {
      await this.store.destroy();
      await this.store.open();
    }
    this.session = session;
    this.net.guard = session.page_token;
    if (!isKept) await this.store.put("session", session);
    await this.drafts.count();
    this.#head();
    if (session.signing) await this.#handed(session.signing);
    else {
      this.drafts.send();
      await this.#route();
    }
  }

  /** The shift ended elsewhere; what was written down waits for the same person. */
  async #gone() {
    if (!this.session) return;
    await this.#saveNow();
    this.#signIn(say("gone"));
  }

  #signIn(told = "") {
    this.session = null;
    this.#view = () => this.#signIn(told);
    this.net.guard = null;
    this.#head();
    this.#show("sign-in", signInForm({
      net: this.net, words, openid: CONFIG.openid, told,
      run: (go, error, work) => this.#busy(go, error, work), entered: (session) => this.#entered(session),
    }));
  }

  async #signOut(everywhere) {
    await this.#saveNow();
    if (this.drafts.unsent && !window.confirm(say("sign_out_unsent", { count: this.drafts.unsent }))) return;
    await this.net.ask("DELETE", `/v1/session${everywhere ? "?everywhere=true" : ""}`).catch(() => {});
    await this.store.destroy();
    await this.store.open();
    location.hash = "";
    this.draft = null;
    this.#signIn();
  }

  // --- the frame of every page ----------------------------------------------------------------

  #head() {
    const box = document.getElementById("head");
    const languages = h("div.languages", { role: "group", "aria-label": say("languages") });
    for (const each of LANGUAGES) {
      const button = h("button", { type: "button", lang: each, "aria-pressed": String(each === words.language) }, CONFIG.names[each]);
      button.addEventListener("click", () => this.#speak(each));
      languages.append(button);
    }
    const isOurs = this.session && !this.session.signing;
    this.status = h("p", { id: "status", role: "status" });
    box.replaceChildren(
      h(isOurs ? "a.brand" : "p.brand", { href: isOurs ? "#" : null, "aria-label": isOurs ? say("visits") : null }, h("img", { src: CONFIG.mark, alt: "", width: 28, height: 28 }), h("span", {}, say("title"))),
      this.status, languages,
      isOurs ? h("details.me", {}, h("summary", {}, this.session.person.full_name.split(" ")[0], h("span", {}, ` ${this.session.person.full_name.split(" ").slice(1).join(" ")}`)),
        h("div", {}, this.session.has_password ? h("a.button", { href: "#/password" }, say("new_password")) : null,
          h("button.plain", { type: "button", on: { click: () => this.#signOut(false) } }, say("sign_out")),
          h("button.plain", { type: "button", on: { click: () => this.#signOut(true) } }, say("sign_out_all")))) : "");
    document.documentElement.lang = words.language;
    document.title = say("title");
    this.#status();
  }

  #speak(language) {
    words.language = language;
    localStorage.setItem("language", language);
    this.#head();
    this.#view?.();
    document.querySelector(".languages [aria-pressed=true]").focus();
  }

  #online(yes) {
    const was = this.isOnline;
    this.isOnline = yes;
    if (was !== yes) this.#status();
    if (yes && !was && this.session && !this.session.signing) this.drafts.send();
  }

  #status() {
    if (!this.status) return;
    const parts = [];
    if (!this.isOnline) parts.push(say("offline"));
    if (this.drafts.unsent) parts.push(say("unsent", { count: this.drafts.unsent }));
    else if (this.draft && this.isOnline) parts.push(say("all_sent"));
    this.status.textContent = parts.join(" · ");
    this.status.className = !this.isOnline ? "bad" : this.drafts.unsent ? "unsent" : "";
  }

  #show(name, ...inside) {
    this.name = name;
    this.main.dataset.view = name;
    for (const dialog of document.querySelectorAll("dialog")) dialog.close();
    for (const menu of document.querySelectorAll("details.me[open]")) menu.open = false;
    this.main.replaceChildren(...inside.filter(Boolean));
    this.main.querySelector("h1")?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }

  #busy(button, error, work, refused = () => false) {
    const first = (problem) => {
      if (problem.code !== "unauthenticated") return refused(problem);
      this.#signIn(say("gone"));
      return true;
    };
    return busy(button, error, { words, refused: first }, work);
  }

  #wait(text) {
    this.#show("wait", h("div.wait", {}, h("div.spinner", { "aria-hidden": "true" }), h("h1", { tabindex: -1, role: "status" }, text)));
  }

  async #route() {
    if (!this.session || this.session.signing) return;
    await this.#saveNow();
    const [place, id] = location.hash.replace(/^#\/?/, "").split("/");
    try {
      if (place === "visit") await this.#visit(id);
      else if (place === "new") await this.#new();
      else if (place === "password") this.#password();
      else await this.#visits();
    } catch (problem) {
      if (problem.code === "unauthenticated") this.#signIn(say("gone"));
      else await this.#visits(told(problem, words));
    }
  }

  /** What the service says, kept for when it is silent. */
  async #kept(path) {
    try {
      const told = await this.net.get(path);
      await this.store.put(`kept:${path}`, told);
      return told;
    } catch (problem) {
      const kept = problem.isOffline ? await this.store.get(`kept:${path}`) : null;
      if (kept) return kept;
      throw problem;
    }
  }

  // --- visits ---------------------------------------------------------------------------------

  async #visits(problem = "") {
    this.draft = null;
    this.#view = () => this.#visits();
    const day = this.day ?? today();
    const list = h("ul.visits", { "aria-busy": "true" });
    const input = h("input", { type: "search", "aria-label": say("find"), placeholder: say("find"), value: this.sought ?? "" });
    const days = h("input", { type: "date", "aria-label": say("day"), value: day });
    days.addEventListener("change", () => { this.day = days.value || null; this.sought = ""; this.#visits(); });
    const error = h("p.error", { role: "alert" }, problem);
    const search = h("form.search", {}, input, h("button.plain", { type: "submit" }, say("find_go")), days);
    search.addEventListener("submit", (event) => { event.preventDefault(); this.sought = input.value.trim(); this.#visits(); });
    this.#show("visits", h("div.top", {}, h("h1", { tabindex: -1 }, say("visits")), h("a.button", { href: "#/new" }, `+ ${say("new")}`)),
      search, error, list);
    this.#status();
    const slow = setTimeout(() => list.replaceChildren(h("li.none", { role: "status" }, say("working"))), 1000);
    const found = await this.#found(day).catch((each) => {
      if (each.code === "unauthenticated") this.#gone();
      else error.textContent = told(each, words);
      return [];
    });
    clearTimeout(slow);
    if (!list.isConnected) return;
    for (const visit of found) if (OVER.has(visit.envelope?.state)) await this.drafts.forget(visit.id);
    const drafts = await this.drafts.all();
    const dirty = new Set(drafts.filter((draft) => draft.dirty).map((draft) => draft.id));
    const own = drafts.filter((draft) => draft.isNew).map((draft) => this.#ownCard(draft));
    list.replaceChildren(...own, ...found.map((visit) => this.#card(visit, dirty.has(visit.id))));
    list.removeAttribute("aria-busy");
    if (!list.children.length && !error.textContent) list.append(h("li.none", {}, say(this.sought ? "none_found" : "none")));
    this.#warm();
  }

  async #found(day) {
    if (!this.sought) {
      const { visits } = await this.#kept(`/v1/visits?on=${day}&limit=100`);
      return visits.filter((visit) => visit.state !== "cancelled");
    }
    const sought = encodeURIComponent(this.sought);
    const tries = ["order", "account", "phone"].map((name) => this.net.get(`/v1/visits?${name}=${sought}`).then((told) => told.visits, (problem) => { if (problem.isOffline) throw problem; return []; }));
    try {
      const all = (await Promise.all(tries)).flat();
      return [...new Map(all.map((visit) => [visit.id, visit])).values()];
    } catch (problem) {
      if (!problem.isOffline) throw problem;
      const { visits } = (await this.store.get(`kept:/v1/visits?on=${day}&limit=100`)) ?? { visits: [] };
      return visits.filter(({ reference }) => [reference.order_number, reference.account_number].includes(this.sought));
    }
  }

  #card(visit, isDirty) {
    const state = visit.envelope ? `envelope_${visit.envelope.state}` : `state_${visit.state}`;
    return h("li", {}, h("a.card", { href: `#/visit/${visit.id}` },
      h("strong", {}, [visit.slot, visit.subscriber_name || "—"].filter(Boolean).join(" · ")),
      h("span", {}, visit.address),
      h("span.quiet.whole", {}, `${say("order")} ${visit.reference.order_number}`),
      h("span.state", { data: { state: visit.envelope?.state ?? visit.state } }, say(state)),
      isDirty ? h("span.state", { data: { state: "unsent" } }, say("unsent", { count: 1 })) : null));
  }

  #ownCard(draft) {
    const name = [draft.subscriber.surname, draft.subscriber.name].filter(Boolean).join(" ");
    return h("li", {}, h("a.card", { href: `#/visit/${draft.id}` }, h("strong", {}, name || say("new")),
      h("span.quiet.whole", {}, `${say("order")} ${draft.reference.order_number}`),
      h("span.state", { data: { state: "unsent" } }, say("unsent", { count: 1 }))));
  }

  /** While there is a network: all that the visits of the day need without one. */
  async #warm() {
    if (!this.isOnline) return;
    try {
      const { forms } = await this.#kept("/v1/forms");
      for (const form of forms) if (!this.forms?.[form.code]) await this.#form(form.code);
    } catch {
      // It is asked for again when it is needed.
    }
  }

  async #form(code) {
    this.forms ??= {};
    this.forms[code] ??= await this.#kept(`/v1/forms/${code}`);
    return this.forms[code];
  }

  async #new() {
    this.#view = () => this.#new();
    const { forms } = await this.#kept("/v1/forms");
    const [order, account, kind] = [newId(), newId(), newId()];
    const error = h("p.error", { role: "alert" });
    const go = h("button.main", { type: "submit" }, say("new_go"));
    const form = h("form.card", { novalidate: true }, h("h1", { tabindex: -1 }, say("new")),
      h("div.field", {}, h("label", { for: order }, say("order")), h("input", { id: order, name: "order", maxlength: 40, autocomplete: "off" })),
      h("div.field", {}, h("label", { for: account }, say("account")), h("input", { id: account, name: "account", maxlength: 40, autocomplete: "off" })),
      h("div.field", {}, h("label", { for: kind }, say("form")), h("select", { id: kind, name: "kind" },
        forms.map((each) => h("option", { value: each.code, selected: each.code === "acceptance_act" }, each.titles[words.language])))),
      error, h("div.tools", {}, h("a.button", { href: "#" }, say("back")), go));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#busy(go, error, async () => {
        const { order: { value: number }, account: { value: of }, kind: { value: code } } = form.elements;
        const empty = ["order", "account"].filter((name) => !form.elements[name].value.trim());
        for (const name of ["order", "account"]) form.elements[name].setAttribute("aria-invalid", String(empty.includes(name)));
        if (empty.length) {
          form.elements[empty[0]].focus();
          throw Object.assign(new Error(), { title: say("new_needs") });
        }
        const short = forms.find((each) => each.code === code);
        const reference = { order_number: number.trim(), account_number: of.trim() };
        const draft = await this.drafts.begin({ reference, day: today(), person: this.session.person, form: code, languages: short.languages });
        this.drafts.send();
        location.hash = `#/visit/${draft.id}`;
      });
    });
    this.#show("new", form);
  }

  #password() {
    this.#view = () => this.#password();
    const changed = async () => {
      await this.store.put("session", this.session);
      location.hash = "";
    };
    const wrong = (error) => (problem) => {
      if (problem.code !== "sign_in_refused") return false;
      error.textContent = say("password_wrong");
      return true;
    };
    const run = (go, error, work) => this.#busy(go, error, async () => { this.session = await work(); await changed(); }, wrong(error));
    this.#show("password", passwordForm({ net: this.net, words, login: this.session.person.login, run }));
  }

  // --- one visit ------------------------------------------------------------------------------

  async #visit(id) {
    let draft = await this.drafts.find(id);
    let envelope = null;
    if (!draft?.isNew) {
      try {
        const visit = await this.#kept(`/v1/visits/${id}`);
        envelope = visit.envelope;
        draft = await this.drafts.of(visit, this.session.person);
        // It says what the envelope says, unless somebody has written since.
        if (envelope && visit.state === "signing") draft.made ??= { after: visit.version, envelope: envelope.id };
      } catch (problem) {
        if (!draft || !problem.isOffline) throw problem;
      }
    }
    if (envelope && OVER.has(envelope.state)) return this.#done(envelope.id);
    this.draft = draft;
    this.#view = () => this.#fill();
    await this.#fill();
  }

  async #fill(errors = []) {
    const draft = this.draft;
    const changed = () => this.#changed();
    const scanning = canScan() ? (found, failed) => scan(found, failed, words) : null;
    const subject = await this.#form(draft.documents[0].form);
    const who = new Form({ schema: subject.subscriber_schema, value: draft.subscriber, root: "/subscriber", words, changed });
    const papers = [];
    for (const [at, each] of draft.documents.entries()) {
      const form = await this.#form(each.form);
      papers.push({ form, view: new Form({ schema: form.schema, value: each.values, root: `/documents/${at}/values`, words, changed, scan: scanning }) });
    }
    const name = [draft.subscriber.surname, draft.subscriber.name, draft.subscriber.patronymic].filter(Boolean).join(" ");
    const error = h("p.error", { role: "alert" });
    const go = h("button.main", { type: "button", id: "preview" }, say("preview"));
    go.addEventListener("click", () => this.#busy(go, error, () => this.#make()));
    const person = h("details.part", { open: !name }, h("summary", {}, h("span", {}, say("subscriber")), h("strong", {}, ` ${name}`)), who.draw());
    this.#show("visit",
      h("h1", { tabindex: -1 }, `${say("order")} ${draft.reference.order_number}`),
      this.#conflict(draft), person,
      ...papers.map(({ form, view }, at) => h("section.part", {},
        h("div.tools", {}, h("h2", {}, form.titles[words.language]), papers.length > 1 ? this.#remover(form, at) : null), view.draw())),
      await this.#adder(), h("div.bar", {}, error, h("a.button", { href: "#" }, say("back")), go));
    this.#status();
    if (!errors.length) return;
    const strange = [who, ...papers.map(({ view }) => view)].reduce((left, form) => form.tell(left), errors);
    error.textContent = [say("wrong", { count: errors.length }), ...strange.map((each) => each.message)].join(". ");
    this.main.querySelector("[aria-invalid]")?.focus();
  }

  #remover(form, at) {
    const gone = async () => { this.draft.documents.splice(at, 1); this.#changed(); await this.#fill(); };
    const label = `${say("remove_document")}: ${form.titles[words.language]}`;
    return h("button.plain", { type: "button", "aria-label": label, on: { click: gone } }, say("remove"));
  }

  /** One more paper for the same signature. */
  async #adder() {
    const { forms } = await this.#kept("/v1/forms").catch(() => ({ forms: [] }));
    const there = new Set(this.draft.documents.map((each) => each.form));
    const others = forms.filter((each) => !there.has(each.code));
    if (!others.length) return null;
    const id = newId();
    const select = h("select", { id }, h("option", { value: "" }, "—"), others.map((each) => h("option", { value: each.code }, each.titles[words.language])));
    select.addEventListener("change", async () => {
      const form = others.find((each) => each.code === select.value);
      const { full_name, position, contacts, employee_id } = this.session.person;
      const values = { order_number: this.draft.reference.order_number, operator_person: { full_name, position, contacts, employee_id } };
      const schema = (await this.#form(form.code)).schema;
      if (!("operator_person" in schema.properties)) delete values.operator_person;
      this.draft.documents.push({ form: form.code, languages: form.languages, values });
      this.#changed();
      await this.#fill();
    });
    return h("div.part", {}, h("div.field", {}, h("label", { for: id }, say("add_document")), select));
  }

  #conflict(draft) {
    if (!draft.conflict) return null;
    const choose = (way) => async () => { await this.drafts[way](draft); await this.#fill(); };
    return h("div.notice", { role: "alert" }, h("p", {}, say("conflict")),
      h("div.tools", {}, h("button.plain", { type: "button", on: { click: choose("keepMine") } }, say("mine")),
        h("button.plain", { type: "button", on: { click: choose("takeTheirs") } }, say("theirs"))));
  }

  /** Kept on the tablet at once, sent as soon as he pauses. */
  #changed() {
    this.draft.dirty = true;
    this.unsaved = true;
    this.changes += 1;
    this.#saveNow();
    clearTimeout(this.sending);
    this.sending = setTimeout(() => this.#saveNow().then(() => this.drafts.send()), SEND_AFTER);
  }

  /** Resolves when all that was typed is kept. */
  #saveNow() {
    this.keeping ??= this.#keep().finally(() => { this.keeping = null; });
    return this.keeping;
  }

  async #keep() {
    while (this.unsaved && this.draft) {
      const upTo = this.changes;
      await this.drafts.keep(this.draft);
      if (upTo === this.changes) this.unsaved = false;
    }
  }

  /** The service has taken what was sent; what was typed meanwhile stays as it is here. */
  #adopt(kept) {
    const draft = this.draft;
    const wasNew = draft.isNew;
    Object.assign(draft, { id: kept.id, version: kept.version, isNew: kept.isNew, reference: kept.reference });
    if (!this.unsaved) draft.dirty = kept.dirty;
    if (kept.conflict && !draft.conflict) {
      draft.conflict = kept.conflict;
      if (this.name === "visit") this.#fill();
    }
    if (wasNew && !kept.isNew) history.replaceState(null, "", `#/visit/${kept.id}`);
    this.#status();
  }

  /** An envelope of what is written down; a lost answer is asked for again under the same name. */
  async #make() {
    const draft = this.draft;
    await this.#saveNow();
    await this.drafts.send();
    const now = await this.drafts.find(draft.id);
    if (now?.conflict) throw Object.assign(new Error(), { title: say("conflict_first") });
    if (now?.dirty || draft.isNew) throw this.drafts.refusal(draft.id) ?? Object.assign(new Error(), { isOffline: true });
    let envelope = await this.#madeBefore(draft);
    if (envelope) return this.#preview(envelope);
    if (draft.made?.version !== draft.version) {
      draft.made = { once: newName(), version: draft.version, after: draft.version + 1 };
    }
    await this.drafts.keep(draft);
    try {
      envelope = await this.net.post(`/v1/visits/${draft.id}/envelope`, { version: draft.made.version }, draft.made.once);
    } catch (problem) {
      if (!problem.isOffline) draft.made = null;
      if (problem.code === "values_rejected") {
        const isUnverified = problem.errors.every((each) => each.code === "number_not_verified");
        const { subscriber_schema: schema } = await this.#form(draft.documents[0].form);
        const known = { subscriber: draft.subscriber, person: this.session.person, schema, net: this.net, words };
        if (isUnverified && (await verifyNumber(known))) return this.#make();
        return this.#fill(problem.errors);
      }
      if (problem.code === "visit_stale") {
        draft.conflict = problem.told.version;
        await this.drafts.keep(draft);
        return this.#fill();
      }
      throw problem;
    }
    // The visit has its envelope now: that is its next version.
    draft.version = draft.made.after;
    draft.made.envelope = envelope.id;
    await this.drafts.keep(draft);
    await this.#preview(envelope);
  }

  /** The envelope of this very version, where there is one that can still be signed. */
  async #madeBefore({ version, made }) {
    if (!made?.envelope || made.after !== version) return null;
    const envelope = await this.net.get(`/v1/envelopes/${made.envelope}`);
    return LIVE.has(envelope.state) ? envelope : null;
  }

  async #preview(given) {
    let envelope = given;
    if (envelope.state === "draft") {
      this.#wait(say("making"));
      envelope = await until(this.net, envelope.id, (each) => each.state !== "draft", () => this.name === "wait");
      if (!envelope) return;
    }
    this.envelope = envelope;
    this.#view = () => this.#preview(envelope);
    const titles = await this.#titles();
    const error = h("p.error", { role: "alert" });
    const pin = newId();
    const needsPin = !this.session.has_pin;
    const input = h("input", { id: pin, inputmode: "numeric", maxlength: 12, autocomplete: "off", "aria-describedby": `${pin}s` });
    const go = h("button.main", { type: "button", id: "hand-over" }, say("hand_over"));
    go.addEventListener("click", () => this.#busy(go, error, async () => {
      const body = { envelope_id: envelope.id, ...(input.value ? { pin: input.value } : {}) };
      this.session = await this.net.post("/v1/session/hand-over", body);
      await this.store.put("session", this.session);
      await this.#handed(envelope.id);
    }));
    const edit = h("button.plain", { type: "button", on: { click: () => { this.draft ? this.#fill() : this.#route(); this.#view = () => this.#fill(); } } }, say("edit"));
    const toldWay = h("button.plain", { type: "button", on: { click: () => this.#sign(envelope, true) } }, say("told_way"));
    this.#show("preview", h("h1", { tabindex: -1 }, say("preview_title")),
      ...envelope.warnings.map((each) => h("p.notice", {}, each.messages[words.language])),
      sheets(envelope, { net: this.net, words, titles }),
      needsPin ? h("div.field.pin", {}, h("label", { for: pin }, say("pin")), input, h("p.quiet", { id: `${pin}s` }, this.session.has_password ? say("pin_says") : "")) : null,
      h("div.bar", {}, error, edit, toldWay, go));
  }

  async #titles() {
    const { forms } = await this.#kept("/v1/forms").catch(() => ({ forms: [] }));
    return Object.fromEntries(forms.map((each) => [each.code, each.titles]));
  }

  // --- in the subscriber's hands --------------------------------------------------------------

  async #handed(envelopeId) {
    this.draft = null;
    this.#head();
    this.#wait(say("working"));
    const envelope = await until(this.net, envelopeId, () => true, () => true);
    await this.#sign(envelope, false);
  }

  async #sign(envelope, told) {
    this.envelope = envelope;
    if (!LIVE.has(envelope.state)) return this.#ended(envelope);
    const { titles, consents, fewest_points: fewest } = CONFIG;
    const signing = new Signing({
      envelope, net: this.net, words, titles, consents, fewest, person: this.session.person, told,
      done: (each) => this.#ended(each), back: () => this.#preview(envelope),
    });
    const draw = () => {
      this.#show("sign", h("h1", { tabindex: -1 }, envelope.documents.map((each) => titles[each.form]?.[words.language] ?? each.form).join(" · ")),
        signing.draw(), told ? null : this.#backBar());
    };
    this.#view = draw;
    draw();
  }

  #backBar() {
    return h("p.return", {}, h("button.plain", { type: "button", id: "take-back", on: { click: () => this.#takeBack() } }, say("take_back")));
  }

  #takeBack() {
    const id = newId();
    const error = h("p.error", { role: "alert" });
    const input = h("input", { id, type: "password", autocomplete: "off" });
    const go = h("button.main", { type: "submit" }, say("take_back_go"));
    const dialog = h("dialog", { "aria-labelledby": `${id}t` });
    const form = h("form", { novalidate: true }, h("h2", { id: `${id}t` }, say("take_back_title")),
      h("div.field", {}, h("label", { for: id }, say("take_back_secret")), input), error,
      h("div.tools", {}, h("button.plain", { type: "button", on: { click: () => dialog.close() } }, say("back")), go));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#busy(go, error, async () => {
        this.session = await this.net.post("/v1/session/take-back", { secret: input.value });
        await this.store.put("session", this.session);
        dialog.close();
        this.#head();
        location.hash = "";
        await this.#route();
      }, (problem) => {
        if (problem.code !== "sign_in_refused") return false;
        error.textContent = say("take_back_wrong");
        input.select();
        return true;
      });
    });
    dialog.append(form);
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
  }

  // --- after ----------------------------------------------------------------------------------

  async #ended(envelope) {
    this.#wait(say(SEALS.has(envelope.state) ? "sealing" : "working"));
    await this.#done(envelope.id);
  }

  async #done(id) {
    const over = (each) => ["sealed", "declined", "void", "expired"].includes(each.state);
    const look = this.name;
    if (look !== "wait") this.#wait(say("sealing"));
    const envelope = await until(this.net, id, over, () => this.name === "wait");
    if (!envelope) return;
    const draw = () => {
      const isSealed = envelope.state === "sealed";
      const links = isSealed ? envelope.documents.map((each) => h("li", {},
        h("img.qr", { src: `/v1/envelopes/${envelope.id}/documents/${each.id}/qr`, alt: "", width: 220, height: 220 }),
        h("a", { href: each.links.verification, target: "_blank", rel: "noopener" }, each.number))) : [];
      this.#show("done", h("div.finished", { data: { state: envelope.state } }, h("p.tick", { "aria-hidden": "true" }, isSealed ? "✓" : "–"),
        h("h1", { tabindex: -1 }, say(isSealed ? "sealed" : envelope.state === "declined" ? "declined" : `over_${envelope.state}`)),
        ["void", "expired"].includes(envelope.state) ? h("p", {}, say(`over_${envelope.state}_says`)) : null,
        isSealed ? h("p", {}, say("sealed_says")) : null, isSealed ? h("p.quiet", {}, say("sealed_copy")) : null, h("ul.links", {}, links)),
      this.session.signing ? this.#backBar() : h("div.bar", {}, h("a.button.main", { href: "#" , on: { click: () => { if (!location.hash || location.hash === "#") this.#route(); } } }, say("next"))));
    };
    this.#view = draw;
    draw();
  }
}

new App().start();
