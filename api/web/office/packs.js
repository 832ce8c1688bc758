// Notary packs: the list, a new case, and the way to one of them.

import { newName } from "./asking.js";
import { batchPages } from "./batches.js";
import { Bringing, chooser } from "./choosing.js";
import { courtList } from "./court.js";
import { h, newId } from "./dom.js";
import { day, money } from "./figures.js";
import { showPack } from "./pack.js";
import { wrongPlaces } from "./wrong.js";

const STATES = ["draft", "checked", "bound", "sealed", "submitted", "refused", "made", "copy_sent", "copy_received", "issued", "objected", "cancelled", "court", "expired"];
const SOON = 7 * 24 * 3600 * 1000;

export const packSection = {
  name: "packs",
  path: "packs",
  roles: ["collector", "office", "auditor"],
  async show(app, [what, which], still) {
    if (what === "batches") return batchPages(app, which, still);
    if (what === "new" && app.works) return newCase(app);
    if (what === "court") return courtList(app, still);
    if (what === "blocked" && which?.startsWith("NB-")) return list(app, still, { batch: which });
    if (what?.startsWith("NP-")) return showPack(app, what, still);
    return list(app, still);
  },
};

const asked = { q: "", state: "", due: false };
let searches = 0;

/** All that fit the search; with `batch` those that it could not make ready. */
async function list(app, still, { focus = true, batch = null } = {}) {
  // An older answer that comes late is not shown over a newer one.
  const search = ++searches;
  const query = new URLSearchParams({ limit: "50", ...(batch ? { blocked_in: batch } : wanted(app)) });
  const told = await app.net.get(`/v1/packs?${query}`);
  if (!still() || search !== searches) return;
  const rows = h("ul.packs", {}, told.packs.map((pack) => row(app, pack)));
  const more = h("button.plain", { type: "button", hidden: !told.next }, app.say("more"));
  const error = h("p.error", { role: "alert" });
  let next = told.next;
  more.addEventListener("click", () => app.busy(more, error, async () => {
    const page = await app.net.get(`/v1/packs?${query}&cursor=${next}`);
    rows.append(...page.packs.map((pack) => row(app, pack)));
    next = page.next;
    more.hidden = !next;
  }));
  const show = () => app.attempt(() => list(app, still, { focus: false, batch }));
  const shown = [told.packs.length ? rows : h("p.none", {}, app.say(batch || asked.q || asked.state || asked.due ? "none_found" : "none")), more];
  if (batch) {
    app.show("blocked", show, h("p.way", {}, h("a.button", { href: `#/packs/batches/${batch}` }, `← ${batch}`)),
      h("h1", { tabindex: -1 }, app.say("blocked_packs")), h("p.quiet", {}, app.say("blocked_packs_says")), error, shown);
  } else app.show("packs", show,
    h("div.top", {}, h("h1", { tabindex: -1 }, app.say("packs")), h("div.tools", {},
      h("a.button", { href: "#/packs/court" }, app.say("court_list")),
      h("a.button", { href: "#/packs/batches" }, app.say("batches")),
      app.works ? h("a.button.main", { href: "#/packs/new" }, app.say("new_case")) : null)),
    searching(app, show), error, shown);
  if (focus) app.land();
}

function wanted(app) {
  return {
    ...(asked.q && { q: asked.q }),
    ...(asked.state && { state: asked.state }),
    ...(asked.due && { due_by: new Date(Date.parse(app.today) + SOON).toISOString().slice(0, 10) }),
  };
}

function searching(app, show) {
  const [q, state, due] = [newId(), newId(), newId()];
  const form = h("form.search", { role: "search" },
    h("div.field.wide", {}, h("label", { for: q }, app.say("find")), h("input", { id: q, type: "search", value: asked.q, maxlength: 100 })),
    h("div.field", {}, h("label", { for: state }, app.say("state")), h("select", { id: state }, h("option", { value: "" }, app.say("any_state")),
      STATES.map((each) => h("option", { value: each, selected: each === asked.state }, app.say(`state_${each}`))))),
    h("div.field.flag", {}, h("input", { id: due, type: "checkbox", checked: asked.due }), h("label", { for: due }, app.say("due_soon"))),
    h("button.plain", { type: "submit" }, app.say("find_go")));
  const take = () => {
    asked.q = form.querySelector(`#${q}`).value.trim();
    asked.state = form.querySelector(`#${state}`).value;
    asked.due = form.querySelector(`#${due}`).checked;
    show();
  };
  form.addEventListener("submit", (event) => { event.preventDefault(); take(); });
  form.addEventListener("change", (event) => { if (event.target.type !== "search") take(); });
  return form;
}

function row(app, pack) {
  const [next] = pack.deadlines;
  const hindered = pack.blocks + pack.warnings;
  return h("li", {}, h("a.card", { href: `#/packs/${pack.id}` },
    h("strong", {}, pack.debtor || pack.account_number || pack.id),
    h("span.sum", {}, `${money(pack.total)} ₸`),
    h("span.quiet", {}, `${app.say("account")} ${pack.account_number || "—"} · ${pack.id}`),
    h("span.marks", {}, h("span.state", { data: { state: pack.state } }, app.say(`state_${pack.state}`)),
      pack.state === "draft" && hindered ? h("span.state", { data: { state: "blocked" } }, app.say("hindered", { blocks: pack.blocks, warnings: pack.warnings })) : null,
      next ? h("span.quiet", { data: { late: String(next.on < app.today) } }, `${app.told(next.says)}: ${day(next.on)}`) : null)));
}

function newCase(app) {
  const file = chooser(app, "case_file", { name: "case", accept: ".json,application/json" });
  const papers = chooser(app, "case_papers", { name: "papers", accept: ".pdf,application/pdf", multiple: true });
  const bringing = new Bringing(app);
  const error = h("p.error", { role: "alert" });
  const go = h("button.main", { type: "submit" });
  let errors = [];
  const send = async () => {
    errors = [];
    app.main.querySelector(".wrong")?.remove();
    const text = await read(app, file.input);
    await bringing.all([...papers.input.files], (paper) => paper.name);
    try {
      const pack = await app.net.send("/v1/packs", text, newName());
      location.hash = `#/packs/${pack.id}`;
    } catch (problem) {
      if (problem.code === "malformed_json") throw notACase(app, file.input.files[0]);
      if (!problem.errors?.length) throw problem;
      errors = problem.errors;
      if (go.isConnected) draw();
      throw Object.assign(new Error(), { title: app.say("case_errors", { count: errors.length }) });
    }
  };
  // What is chosen, found wrong and under way outlives that it is drawn in the other language.
  const draw = () => {
    go.textContent = app.say("check");
    error.textContent = errors.length ? app.say("case_errors", { count: errors.length }) : "";
    const form = h("form.card.case", { novalidate: true }, h("h1", { tabindex: -1 }, app.say("new_case")), h("p.quiet", {}, app.say("new_case_says")),
      file.field(), papers.field(), bringing.box, error, h("div.tools", {}, h("a.button", { href: "#/packs" }, app.say("back")), go));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      app.busy(go, error, send);
    });
    app.show("new-case", draw, form, errors.length ? wrongPlaces(app, "batch_wrong", ["place"], errors.map((each) => [each.pointer || "—", each.messages])) : null);
  };
  draw();
  app.land();
}

/** The text of the case's file; what cannot be a case is refused here, before any paper is sent. */
async function read(app, { files: [given] }) {
  if (!given) throw Object.assign(new Error(), { title: app.say("no_case_file") });
  const text = await given.text();
  if (!isObject(text)) throw notACase(app, given);
  return text;
}

function notACase(app, { name }) {
  return Object.assign(new Error(), { title: app.say("not_a_case", { name }) });
}

function isObject(text) {
  try {
    return JSON.parse(text)?.constructor === Object;
  } catch {
    return false;
  }
}
