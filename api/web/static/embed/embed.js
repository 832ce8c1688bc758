// Qoltanba's signing inside a page of yours: <qoltanba-sign ticket="qt_…" language="kk"></qoltanba-sign>.
// Version 1 of its events; see embed.d.ts and docs/portal.md. No dependency.

export const VERSION = 1;

const BASE = new URL(".", import.meta.url);
const EVENTS = new Set([
  "ready", "resized", "document-viewed", "code-sent", "code-failed", "signed", "sealed", "declined",
  "expired", "session-expiring", "error",
]);
const TICKET = /^qt_([0-9A-Za-z]{26})_[A-Za-z0-9_-]{20,100}$/;
const TITLES = { kk: "Құжаттарға қол қою", ru: "Подписание документов" };
const BLANK = {
  kk: "Қол қою беті ашылмады. Кейінірек қайталап көріңіз.",
  ru: "Страница подписания не открылась. Повторите позже.",
};
const PATIENCE = 45_000;
const AFTER_LOAD = 5_000;

export class QoltanbaSign extends HTMLElement {
  static observedAttributes = ["ticket", "language", "accent", "radius", "scheme"];

  #frame = null;
  #isThere = false;
  #count = 0;
  #timer = null;
  #hear = (event) => this.#message(event);

  connectedCallback() {
    window.addEventListener("message", this.#hear);
    this.style.display ||= "block";
    this.#isThere = true;
    this.#open();
  }

  disconnectedCallback() {
    window.removeEventListener("message", this.#hear);
    this.#isThere = false;
    this.#close();
  }

  attributeChangedCallback(name, before, now) {
    if (!this.#isThere || before === now) return;
    if (name === "ticket") this.#open();
    else this.#configure();
  }

  /** A new ticket opens the page anew: how a portal renews one that has expired. */
  get ticket() {
    return this.getAttribute("ticket");
  }

  set ticket(ticket) {
    this.setAttribute("ticket", ticket ?? "");
  }

  get language() {
    return this.getAttribute("language") === "ru" ? "ru" : "kk";
  }

  set language(language) {
    this.setAttribute("language", language);
  }

  /** The reader is at your page: the session goes on, at most four hours in all. */
  keepAlive() {
    this.#tell("keep-alive");
  }

  #open() {
    this.#close();
    const ticket = this.ticket;
    if (!ticket) return;
    const named = TICKET.exec(ticket);
    if (!named) {
      // Once there is somebody to hear it.
      queueMicrotask(() => this.#fail("ticket_not_found", true, "this is no ticket"));
      return;
    }
    const frame = document.createElement("iframe");
    frame.title = TITLES[this.language];
    frame.allow = "otp-credentials";
    frame.referrerPolicy = "no-referrer";
    frame.setAttribute("sandbox", "allow-scripts allow-same-origin allow-forms allow-downloads");
    frame.style.cssText = "display:block;width:100%;height:36rem;border:0;color-scheme:auto";
    const address = new URL("sign/", BASE);
    address.search = new URLSearchParams({ frame: named[1], lang: this.language });
    address.hash = ticket;
    frame.addEventListener("load", () => this.#expect(AFTER_LOAD));
    frame.src = address;
    this.#frame = frame;
    this.#expect(PATIENCE);
    this.replaceChildren(frame);
  }

  #close() {
    clearTimeout(this.#timer);
    this.#frame?.remove();
    this.#frame = null;
  }

  /** A page that may not be framed here, or is not there, says nothing: so this does. */
  #expect(time) {
    clearTimeout(this.#timer);
    if (this.#frame?.dataset.ready) return;
    const why = `${BASE.origin} cannot be reached, or the ticket's key does not name ${location.origin}`;
    this.#timer = setTimeout(() => this.#fail("not_loaded", false, why), time);
  }

  /** Nothing can be shown: the reader is told, the portal, and whoever builds it. */
  #fail(code, renewable, why) {
    this.#close();
    const says = document.createElement("p");
    says.setAttribute("role", "alert");
    says.textContent = BLANK[this.language];
    this.replaceChildren(says);
    console.warn(`qoltanba-sign: ${code}: ${why}; see docs/portal.md`);
    this.#dispatch("error", { code, renewable });
  }

  #message(event) {
    if (!this.#frame || event.origin !== BASE.origin || event.source !== this.#frame.contentWindow) return;
    const told = event.data;
    if (told?.qoltanba !== VERSION || !EVENTS.has(told.type)) return;
    if (told.type === "ready") {
      this.#frame.dataset.ready = "1";
      clearTimeout(this.#timer);
      this.#configure();
    }
    if (told.type === "resized" && Number.isFinite(told.data?.height)) {
      this.#frame.style.height = `${Math.max(320, told.data.height)}px`;
    }
    this.#dispatch(told.type, told.data, told.session);
  }

  #dispatch(type, data, session = null) {
    const detail = { v: VERSION, type, id: ++this.#count, session, data };
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  #configure() {
    if (this.#frame) this.#frame.title = TITLES[this.language];
    const [accent, radius, scheme] = ["accent", "radius", "scheme"].map((name) => this.getAttribute(name));
    this.#tell("configure", { language: this.language, theme: { accent, radius, scheme } });
  }

  #tell(type, data = {}) {
    if (!this.#frame?.dataset.ready) return;
    this.#frame.contentWindow.postMessage({ qoltanba: VERSION, type, data }, BASE.origin);
  }
}

customElements.get("qoltanba-sign") ?? customElements.define("qoltanba-sign", QoltanbaSign);
