// The technician's tablet: in, today's visits, a visit, its documents, the subscriber's part, done.

import { newName } from "./asking.js";
import { busy, told } from "./busy.js";
import { h, newId } from "./dom.js";
import { Drafts } from "./drafts.js";
import { refusal, signInForm } from "./entering.js";
import { finished } from "./finished.js";
import { Net } from "./net.js";
import { passwordForm } from "./password.js";
import { planningForm } from "./planning.js";
import { canScan, scan } from "./scan.js";
import { sheets } from "./sheets.js";
import { LIVE, Signing, until } from "./sign.js";
import { Store } from "./store.js";
import { askBack } from "./taking.js";
import { verifyNumber } from "./verify.js";
import { VisitPage } from "./visit.js";
import { findVisits, isDeclined, isSigned, ownCard, visitCard } from "./visits.js";

const CONFIG = JSON.parse(document.getElementById("config").textContent);
const LANGUAGES = ["kk", "ru"];
const SEND_AFTER = 300;
const ALMATY = 5 * 3_600_000;
const SEALS = new Set([...LIVE, "confirmed", "sealed"]);
const OFFICE = ["office", "collector", "auditor"];

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
    this.drafts.moved = (old, draft) => this.#sent(old, draft);
    this.drafts.settled = (draft) => this.#sent(draft.id, draft);
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

  /** In another language, and nothing else is different: neither what was typed nor where he is. */
  async #speak(language) {
    words.language = language;
    localStorage.setItem("language", language);
    const [name, at] = [this.name, window.scrollY];
    const typed = [...this.main.querySelectorAll("[name]")].map((each) => [each.name, each.value]);
    this.#head();
    await this.#view?.();
    if (this.name !== name) return;
    for (const [each, value] of typed) this.main.querySelector(`[name="${each}"]`).value = value;
    window.scrollTo(0, at);
    document.querySelector(".languages [aria-pressed=true]").focus({ preventScroll: true });
  }

  #online(yes) {
    const was = this.isOnline;
    this.isOnline = yes;
    if (was !== yes) this.#status();
    if (was !== yes && this.name === "wait") this.#view();
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

  /** Until something has happened; what keeps it waiting is said, and whoever holds it may give it back. */
  #wait(word) {
    this.#view = () => this.#wait(word);
    const away = this.isOnline ? null : h("p.error", { role: "alert" }, say(this.session.signing ? "wait_offline_held" : "wait_offline"));
    this.#show("wait", h("div.wait", {}, h("div.spinner", { "aria-hidden": "true" }), h("h1", { tabindex: -1 }, say(word)), away),
      away && this.session.signing ? this.#backBar() : null);
  }

  async #route() {
    if (!this.session || this.session.signing) return;
    await this.#saveNow();
    const [place, id, step] = location.hash.replace(/^#\/?/, "").split("/");
    try {
      if (place === "password") this.#password();
      else if (!this.session.person.roles.includes("technician")) this.#stranger();
      else if (place === "visit") await this.#visit(id, step);
      else if (place === "new") await this.#new();
      else await this.#visits();
    } catch (problem) {
      if (problem.code === "unauthenticated") this.#signIn(say("gone"));
      else await this.#visits(told(problem, words));
    }
  }

  /** Somebody else's account: where his own work is. */
  #stranger() {
    this.#view = () => this.#stranger();
    const hasOffice = this.session.person.roles.some((role) => OFFICE.includes(role));
    this.#show("stranger", h("div.card", {}, h("h1", { tabindex: -1 }, say("stranger")),
      h("p", {}, say(hasOffice ? "stranger_office_says" : "stranger_says")),
      h("div.tools", {}, hasOffice ? h("a.button.main", { href: "/office/" }, say("stranger_office")) : null,
        h("button.plain", { type: "button", on: { click: () => this.#signOut(false) } }, say("sign_out")))));
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
    this.#view = () => { this.#visits(); };
    const list = h("ul.visits", { "aria-busy": "true" });
    const input = h("input", { type: "search", name: "sought", "aria-label": say("find"), placeholder: say("find"), value: this.sought ?? "" });
    const days = h("input", { type: "date", "aria-label": say("day"), value: this.day ?? today() });
    days.addEventListener("change", () => { this.day = days.value || null; this.sought = ""; this.#visits(); });
    const error = h("p.error", { role: "alert" }, problem);
    const search = h("form.search", {}, input, h("button.plain", { type: "submit" }, say("find_go")), days);
    search.addEventListener("submit", (event) => { event.preventDefault(); this.sought = input.value.trim(); this.#visits(); });
    this.#show("visits", h("div.top", {}, h("h1", { tabindex: -1 }, say("visits")), h("a.button", { href: "#/new" }, `+ ${say("new")}`)),
      search, error, list);
    this.#status();
    this.relist = () => this.#list(list, error);
    const slow = setTimeout(() => { if (list.hasAttribute("aria-busy")) list.replaceChildren(h("li.none", { role: "status" }, say("working"))); }, 1000);
    await this.relist().finally(() => clearTimeout(slow));
    if (list.isConnected) this.#warm();
  }

  /** The cards, as often as something of them may have changed; the newest look counts. */
  async #list(list, error) {
    const look = this.look = {};
    const wanted = { day: this.day ?? today(), sought: this.sought, net: this.net, kept: (path) => this.#kept(path) };
    const found = await findVisits(wanted).catch((each) => {
      if (each.code === "unauthenticated") this.#gone();
      else error.textContent = told(each, words);
      return [];
    });
    const drafts = await this.drafts.all();
    if (!list.isConnected || this.look !== look) return;
    const dirty = new Set(drafts.filter((draft) => draft.dirty).map((draft) => draft.id));
    const isOver = (visit) => isSigned(visit) || (isDeclined(visit) && !dirty.has(visit.id));
    for (const visit of found) if (isOver(visit)) await this.drafts.forget(visit.id);
    const own = drafts.filter((draft) => draft.isNew).map((draft) => ownCard(draft, words));
    const held = list.querySelector("a:focus")?.getAttribute("href");
    list.replaceChildren(...own, ...found.map((visit) => visitCard(visit, dirty.has(visit.id), words)));
    list.removeAttribute("aria-busy");
    if (held) list.querySelector(`a[href="${CSS.escape(held)}"]`)?.focus();
    if (!list.children.length && !error.textContent) list.append(h("li.none", {}, say(this.sought ? "none_found" : "none")));
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
    const { forms } = await this.#kept("/v1/forms");
    const begin = async ({ code, languages }, reference) => {
      const draft = await this.drafts.begin({ reference, day: today(), person: this.session.person, form: code, languages });
      this.drafts.send();
      location.hash = `#/visit/${draft.id}`;
    };
    const run = (go, error, work) => this.#busy(go, error, work);
    const draw = () => this.#show("new", planningForm({ forms, words, run, begin }));
    this.#view = draw;
    draw();
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

  /** `step` is `paper` for its document, `anew` after a refusal for its fields in spite of it. */
  async #visit(named, step) {
    let draft = await this.drafts.find(named);
    const id = draft?.id ?? named;
    if (id !== named) history.replaceState(null, "", `#/visit/${id}`);
    if (!draft?.isNew) {
      try {
        const visit = await this.#kept(`/v1/visits/${id}`);
        const { envelope } = visit;
        draft = await this.drafts.of(visit, this.session.person);
        // It says what the envelope says, unless somebody has written since.
        if (envelope && visit.state === "signing") draft.made ??= { after: visit.version, envelope: envelope.id };
        if (isSigned(visit) || (isDeclined(visit) && !draft.dirty && step !== "anew")) {
          this.draft = draft;
          return this.#done(envelope.id);
        }
      } catch (problem) {
        if (!draft || !problem.isOffline) throw problem;
      }
    }
    this.draft = draft;
    const envelope = step === "paper" && !draft.dirty ? await this.#madeBefore(draft).catch(() => null) : null;
    if (envelope) return this.#preview(envelope);
    return this.#fill();
  }

  async #fill(errors = []) {
    const draft = this.draft;
    const forms = await Promise.all(draft.documents.map((each) => this.#form(each.form)));
    const { forms: all } = await this.#kept("/v1/forms").catch(() => ({ forms: [] }));
    const others = all.filter((each) => !draft.documents.some((there) => there.form === each.code));
    const scanning = canScan() ? (found, failed) => scan(found, failed, words) : null;
    const page = new VisitPage({ draft, forms, others, words, scan: scanning, act: this.#acts(() => page) });
    page.tell(errors);
    const asOf = this.changes;
    const draw = () => {
      this.#show("visit", ...page.draw());
      this.#status();
    };
    this.#view = () => {
      draw();
      return page.wrong && this.changes === asOf ? this.#tellAgain(page, draw) : null;
    };
    draw();
    if (errors.length) this.main.querySelector("[aria-invalid]")?.focus();
  }

  /** What is done on the page of a visit. */
  #acts(page) {
    return {
      changed: () => this.#changed(),
      preview: (go, error) => this.#busy(go, error, () => this.#make()),
      verify: async () => { if (await this.#verified()) await page().preview(); },
      add: (form) => this.#add(form),
      remove: (at) => { this.draft.documents.splice(at, 1); this.#changed(); return this.#fill(); },
      choose: async (way) => { await this.drafts[way](this.draft); await this.#fill(); },
    };
  }

  /** The service's sentences in the language of now: what it refused, and nobody has changed, it is asked again. */
  async #tellAgain(page, draw) {
    const wrong = await this.#asked(this.draft).then((envelope) => this.#preview(envelope), (problem) => problem);
    if (wrong?.code !== "values_rejected" || this.name !== "visit") return;
    page.tell(wrong.errors);
    draw();
  }

  async #add(form) {
    const { full_name, position, contacts, employee_id } = this.session.person;
    const values = { order_number: this.draft.reference.order_number, operator_person: { full_name, position, contacts, employee_id } };
    const { schema } = await this.#form(form.code);
    if (!("operator_person" in schema.properties)) delete values.operator_person;
    this.draft.documents.push({ form: form.code, languages: form.languages, values });
    this.#changed();
    await this.#fill();
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

  /** Of a draft something is at the service now: whoever looks at it, or at its card, sees it. */
  #sent(old, draft) {
    if (this.draft?.id === old) this.#adopt(draft);
    else if (this.name === "visits") this.relist();
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
    try {
      envelope ??= await this.#asked(draft);
    } catch (problem) {
      if (problem.code === "values_rejected") {
        const isUnverified = problem.errors.every((each) => each.code === "number_not_verified");
        if (isUnverified && (await this.#verified())) return this.#make();
        return this.#fill(problem.errors);
      }
      if (problem.code === "visit_stale") {
        draft.conflict = problem.told.version;
        await this.drafts.keep(draft);
        return this.#fill();
      }
      throw problem;
    }
    return this.#preview(envelope);
  }

  /** An envelope of this version; after a lost answer the same one. */
  async #asked(draft) {
    if (draft.made?.version !== draft.version) {
      draft.made = { once: newName(), version: draft.version, after: draft.version + 1 };
    }
    await this.drafts.keep(draft);
    let envelope;
    try {
      envelope = await this.net.post(`/v1/visits/${draft.id}/envelope`, { version: draft.made.version }, draft.made.once);
    } catch (problem) {
      if (!problem.isOffline) draft.made = null;
      throw problem;
    }
    // The visit has its envelope now: that is its next version.
    draft.version = draft.made.after;
    draft.made.envelope = envelope.id;
    await this.drafts.keep(draft);
    return envelope;
  }

  /** Whether the subscriber's number is verified now. */
  async #verified() {
    const { subscriber, documents } = this.draft;
    const { subscriber_schema: schema } = await this.#form(documents[0].form);
    return verifyNumber({ subscriber, person: this.session.person, schema, net: this.net, words });
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
      this.#wait("making");
      envelope = await until(this.net, envelope.id, (each) => each.state !== "draft", () => this.name === "wait");
      if (!envelope) return;
    }
    this.envelope = envelope;
    const titles = await this.#titles();
    const place = `#/visit/${this.draft.id}`;
    // The way back from the document is to the fields that it was made of.
    if (location.hash !== `${place}/paper`) history.pushState({ isOverFields: true }, "", `${place}/paper`);
    const edit = () => {
      if (history.state?.isOverFields) history.back();
      else location.hash = place;
    };
    this.#view = () => this.#drawPreview(envelope, titles, edit);
    this.#view();
  }

  #drawPreview(envelope, titles, edit) {
    const error = h("p.error", { role: "alert" });
    const pin = newId();
    const needsPin = !this.session.has_pin;
    const input = h("input", { id: pin, name: "pin", inputmode: "numeric", maxlength: 12, autocomplete: "off", "aria-describedby": `${pin}s` });
    const go = h("button.main", { type: "button", id: "hand-over" }, say("hand_over"));
    go.addEventListener("click", () => this.#busy(go, error, async () => {
      const body = { envelope_id: envelope.id, ...(input.value ? { pin: input.value } : {}) };
      this.session = await this.net.post("/v1/session/hand-over", body);
      await this.store.put("session", this.session);
      await this.#handed(envelope.id);
    }));
    const button = (word, act) => h("button.plain", { type: "button", on: { click: act } }, say(word));
    this.#show("preview", h("h1", { tabindex: -1 }, say("preview_title")),
      ...envelope.warnings.map((each) => h("p.notice", {}, each.messages[words.language])),
      sheets(envelope, { net: this.net, words, titles }),
      needsPin ? h("div.field.pin", {}, h("label", { for: pin }, say("pin")), input, h("p.quiet", { id: `${pin}s` }, this.session.has_password ? say("pin_says") : "")) : null,
      h("div.bar", {}, error, button("edit", edit), button("told_way", () => this.#sign(envelope, true)), go));
  }

  async #titles() {
    const { forms } = await this.#kept("/v1/forms").catch(() => ({ forms: [] }));
    return Object.fromEntries(forms.map((each) => [each.code, each.titles]));
  }

  // --- in the subscriber's hands --------------------------------------------------------------

  async #handed(envelopeId) {
    this.draft = null;
    this.#head();
    this.#wait("working");
    const envelope = await until(this.net, envelopeId, () => true, () => this.name === "wait");
    if (envelope) await this.#sign(envelope, false);
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
    const taken = async (session) => {
      this.session = session;
      await this.store.put("session", session);
      this.#head();
      location.hash = "";
      await this.#route();
    };
    askBack({ net: this.net, words, taken, run: (go, error, work, refused) => this.#busy(go, error, work, refused) });
  }

  // --- after ----------------------------------------------------------------------------------

  async #ended(envelope) {
    this.#wait(SEALS.has(envelope.state) ? "sealing" : "working");
    await this.#done(envelope.id);
  }

  async #done(id) {
    const over = (each) => ["sealed", "declined", "void", "expired"].includes(each.state);
    if (this.name !== "wait") this.#wait("working");
    const envelope = await until(this.net, id, over, () => this.name === "wait");
    if (!envelope) return;
    const isOurs = !this.session.signing;
    const draw = () => {
      const anew = isOurs && this.draft ? h("a.button", { href: `#/visit/${this.draft.id}/anew` }, say("visit_anew")) : null;
      const next = h("a.button.main", { href: "#", on: { click: () => { if (!location.hash || location.hash === "#") this.#route(); } } }, say("next"));
      this.#show("done", finished(envelope, { words, anew }), isOurs ? h("div.bar", {}, next) : this.#backBar());
    };
    this.#view = draw;
    draw();
  }
}

new App().start();
