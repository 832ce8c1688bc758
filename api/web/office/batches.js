// Batches of packs: a workbook of debtors and a folder of papers, how far they are, and what came of them.

import { newName } from "./asking.js";
import { Bringing, chooser } from "./choosing.js";
import { h, newId } from "./dom.js";
import { wrongPlaces } from "./wrong.js";

const BATCHES = "/v1/pack-batches";
const LOOK_AGAIN = 2000;

export function batchPages(app, what, still) {
  if (what === "new" && app.works) return newBatch(app);
  if (what?.startsWith("NB-")) return showBatch(app, what, still);
  return list(app, still);
}

function way(app, path, name) {
  return h("p.way", {}, h("a.button", { href: path }, `← ${app.say(name)}`));
}

async function list(app, still) {
  const told = await app.net.get(BATCHES);
  if (!still()) return;
  const show = () => app.show("batches", show, way(app, "#/packs", "packs"),
    h("div.top", {}, h("h1", { tabindex: -1 }, app.say("batches")), h("div.tools", {},
      h("a.button", { href: "/v1/pack-batch-template", download: "debtors.xlsx" }, app.say("batch_template")),
      app.works ? h("a.button.main", { href: "#/packs/batches/new" }, app.say("new_batch")) : null)),
    told.batches.length ? h("ul.packs", {}, told.batches.map((batch) => row(app, batch))) : h("p.none", {}, app.say("no_batches")));
  show();
  app.land();
}

function row(app, batch) {
  const { ready, blocked, failed } = batch.counts;
  return h("li", {}, h("a.card", { href: `#/packs/batches/${batch.id}` },
    h("strong", {}, batch.id),
    h("span.sum", {}, app.say("batch_done_of", { done: ready + blocked, lines: batch.lines })),
    h("span.marks", {}, mark(app, batch),
      h("span.quiet", {}, app.say("batch_counts", { ready, blocked, failed })))));
}

function mark(app, batch) {
  const looks = { running: "draft", stopped: "blocked", done: "checked" }[batch.state];
  return h("span.state", { data: { state: looks, batch: batch.state } }, app.say(`batch_${batch.state}`));
}

/** `4 ч 12 мин`, and never a second more exact than anybody needs. */
function span(app, seconds) {
  if (seconds === null) return "—";
  const minutes = Math.ceil(seconds / 60);
  const hours = Math.floor(minutes / 60);
  return hours ? app.say("hours_minutes", { hours, minutes: minutes % 60 }) : app.say("minutes", { minutes });
}

async function showBatch(app, id, still) {
  const place = `${BATCHES}/${id}`;
  let batch = await app.net.get(place);
  if (!still()) return;
  const show = () => {
    const { ready, blocked, failed } = batch.counts;
    const done = ready + blocked;
    const [bar, error] = [newId(), h("p.error", { role: "alert" })];
    const change = (verb) => {
      const again = verb === "resume" && batch.state === "done" ? "again" : verb;
      const button = h("button.plain", { type: "button", id: verb }, app.say(`batch_${again}`, { count: failed }));
      button.addEventListener("click", () => app.busy(button, error, async () => {
        batch = await app.net.post(`${place}/${verb}`, {}, newName());
        show();
        app.main.querySelector("h1").focus({ preventScroll: true });
        watch();
      }));
      return button;
    };
    const open = batch.state === "stopped" || (batch.state === "done" && failed);
    const facts = { batch_ready: ready, batch_blocked: blocked, batch_failed: failed };
    if (batch.state === "running") Object.assign(facts, { per_minute: batch.per_minute === null ? "—" : String(batch.per_minute).replace(".", ","), remaining: span(app, batch.remaining_seconds) });
    app.show("batch", show, way(app, "#/packs/batches", "batches"),
      h("div.top", {}, h("div.title", {}, h("h1", { tabindex: -1 }, batch.id), mark(app, batch))),
      h("section.act", { "aria-label": app.say("batch_progress") },
        h("label.lead", { for: bar }, app.say("batch_done_of", { done, lines: batch.lines })),
        h("progress", { id: bar, max: batch.lines, value: done })),
      h("dl.gist", {}, Object.entries(facts).map(([name, value]) => h("div", {}, h("dt", {}, app.say(name)), h("dd", { data: { fact: name } }, String(value))))),
      error,
      h("div.tools", {}, app.works && batch.state === "running" ? change("stop") : null, app.works && open ? change("resume") : null,
        blocked ? h("a.button", { href: `#/packs/blocked/${id}` }, app.say("to_blocked", { count: blocked })) : null,
        h("a.button.main", { href: `${place}/summary`, download: `${id}.xlsx` }, app.say("batch_summary"))));
  };
  let watched = false;
  const watch = () => {
    if (watched || batch.state !== "running") return;
    watched = true;
    setTimeout(async () => {
      watched = false;
      if (!still() || app.main.dataset.view !== "batch") return;
      const focused = document.activeElement?.id;
      await app.attempt(async () => {
        batch = await app.net.get(place).catch((problem) => { if (problem.isOffline) return batch; throw problem; });
        if (!still()) return;
        show();
        if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
        watch();
      });
    }, LOOK_AGAIN);
  };
  show();
  app.land();
  watch();
}

function newBatch(app) {
  const file = chooser(app, "batch_file", { name: "table", accept: ".xlsx,.csv", multiple: true });
  const folder = chooser(app, "batch_papers", { name: "folder", webkitdirectory: true, multiple: true });
  const bringing = new Bringing(app);
  const error = h("p.error", { role: "alert" });
  const go = h("button.main", { type: "submit" });
  let errors = [];
  const send = async () => {
    errors = [];
    app.main.querySelector(".wrong")?.remove();
    if (!file.input.files.length) throw Object.assign(new Error(), { title: app.say("no_batch_file") });
    const body = new FormData();
    for (const each of file.input.files) body.append("file", each);
    body.append("data", JSON.stringify({ papers: await bring(bringing, [...folder.input.files]) }));
    try {
      const batch = await (await app.net.answer("POST", BATCHES, body, newName())).json();
      location.hash = `#/packs/batches/${batch.id}`;
    } catch (problem) {
      if (!problem.errors?.length) throw problem;
      errors = problem.errors;
      if (go.isConnected) draw();
      throw Object.assign(new Error(), { title: app.say("batch_errors", { count: errors.length }) });
    }
  };
  // What is chosen, found wrong and under way outlives that it is drawn in the other language.
  const draw = () => {
    go.textContent = app.say("batch_go");
    error.textContent = errors.length ? app.say("batch_errors", { count: errors.length }) : "";
    const form = h("form.card.case", { novalidate: true }, h("h1", { tabindex: -1 }, app.say("new_batch")), h("p.quiet", {}, app.say("new_batch_says")),
      file.field(), folder.field(), bringing.box, error, h("div.tools", {}, h("a.button", { href: "#/packs/batches" }, app.say("back")), go));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      app.busy(go, error, send);
    });
    app.show("new-batch", draw, form, errors.length ? wrongPlaces(app, "batch_wrong", ["table", "cell"], errors.map(cell)) : null);
  };
  draw();
  app.land();
}

/** In which table, and in which cell of it. */
function cell({ pointer, messages }) {
  const [, name, ...rest] = pointer.split("/");
  return [name, rest.join("/") || "—", messages];
}

/** Every paper of the folder, by its path below it. */
async function bring(bringing, files) {
  const pdfs = files.filter((each) => each.name.toLowerCase().endsWith(".pdf"));
  const path = (paper) => paper.webkitRelativePath.split("/").slice(1).join("/") || paper.name;
  const hashes = await bringing.all(pdfs, path);
  return pdfs.map((paper, place) => ({ path: path(paper), sha256: hashes[place] }));
}
