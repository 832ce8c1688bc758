// One pack: what stands in its way, how its sum comes about, its papers, and what became of it.

import { newName } from "./asking.js";
import { calculation } from "./calculation.js";
import { h, newId } from "./dom.js";
import { day, moment, money } from "./figures.js";
import { findings } from "./findings.js";
import { keep } from "./kept.js";
import { outcomes } from "./outcomes.js";
import { papers, volumeFile, volumeName } from "./papers.js";

const LOOK_AGAIN = 1000;
const AT_DESK = new Set(["draft", "checked", "bound"]);

export async function showPack(app, id, still) {
  const place = `/v1/packs/${id}`;
  let pack = await app.net.get(place);
  if (!still()) return;
  const view = { app, still, place, notice: "", get pack() { return pack; }, update, change };

  function update(told, notice = "") {
    pack = told;
    view.notice = notice;
    if (still()) draw();
  }

  /** Have it changed; where somebody else was faster, show what it is by now, and say so. */
  async function change(verb, body) {
    try {
      update(await app.net.post(`${place}/${verb}`, body, newName()));
    } catch (problem) {
      if (problem.status !== 409) throw problem;
      update(await app.net.get(place), app.words(problem));
    }
  }

  function draw() {
    const again = keep(app.main);
    app.show("pack", draw, ...page(view));
    again();
  }

  draw();
  app.land();
  watch(view);
}

function page(view) {
  const { app, pack } = view;
  return [
    h("p.way", {}, h("a.button", { href: "#/packs" }, `← ${app.say("packs")}`)),
    h("div.title", {}, h("h1", { tabindex: -1 }, pack.debtor || app.say("no_name")),
      h("span.state", { data: { state: pack.state } }, app.say(`state_${pack.state}`))),
    view.notice ? h("p.notice", { role: "alert" }, view.notice) : null,
    h("dl.gist", {},
      pair(app.say("number"), pack.id), pair(app.say("account"), pack.account_number || "—"),
      pair(app.say("as_of"), day(pack.as_of)), pair(app.say("total"), `${money(pack.total)} ₸`),
      ...pack.deadlines.map((each) => pair(app.told(each.says), day(each.on), each.on < pack.today))),
    act(view), outcomes(view), findings(view), calculation(app, pack), papers(view)];
}

function pair(name, value, isLate = false) {
  return h("div", { data: { late: String(isLate) } }, h("dt", {}, name), h("dd", {}, value));
}

/** What is to be done now: build it, wait for that, or take it. */
function act(view) {
  const { app, pack } = view;
  const error = h("p.error", { role: "alert" });
  if (pack.links.download) {
    return h("section.act", { "aria-label": app.say("pack_ready") }, h("p.lead", {}, sealed(app, pack.volumes)),
      h("div.tools", {}, h("a.button.main", { id: "download", href: pack.links.download, download: `${pack.id}.zip` }, app.say("download")),
        pack.volumes.map((each) => h("a.button", { href: each.link, download: volumeFile(pack, each) }, volumeName(app, pack, each)))));
  }
  if (pack.building) return building(view);
  if (!AT_DESK.has(pack.state) || !app.works) return null;
  if (!pack.ready) return hindered(view);
  const go = h("button.main", { id: "build", type: "button" }, app.say("build"));
  go.addEventListener("click", () => app.busy(go, error, async () => {
    await view.change("build", {});
    watch(view);
  }));
  return h("section.act", { "aria-label": app.say("ready") }, h("p.lead", {}, app.say("ready")), error, go);
}

function sealed(app, volumes) {
  const pages = volumes.at(-1).last;
  return volumes.length > 1 ? app.say("sealed_says_volumes", { pages, volumes: volumes.length }) : app.say("sealed_says", { pages });
}

/** What has to be done before it can be built. */
function hindered({ app, pack }) {
  return h("section.act.bad", { "aria-label": app.say("not_ready") }, h("p.lead", {}, app.say("not_ready")),
    pack.blocks ? h("p", {}, app.say("hindered_blocks", { count: pack.blocks })) : null,
    pack.warnings ? h("p", {}, app.say("hindered_warnings", { count: pack.warnings })) : null,
    pack.blocks ? h("a.button", { href: "#/packs/new" }, app.say("new_case")) : null);
}

function building(view) {
  const { app, pack } = view;
  const { done, of, step, error, next_try_at } = pack.building;
  const bar = newId();
  return h("section.act", { "aria-label": app.say("building"), data: { step } }, h("label.lead", { for: bar }, app.say("building")),
    h("progress", { id: bar, max: of, value: done + 0.5 }),
    h("p", { role: "status" }, app.say(`step_${step}`)),
    error ? h("p.notice", {}, app.say("building_waits", { error })) : null,
    next_try_at ? h("p", {}, app.say("building_next", { at: moment(next_try_at) })) : null);
}

/** Look again until it is built, or found wanting. */
function watch(view) {
  if (!view.pack.building || view.watched) return;
  view.watched = true;
  const look = async () => {
    if (!view.still()) return;
    try {
      const told = await view.app.net.get(view.place);
      if (JSON.stringify(told) !== JSON.stringify(view.pack)) view.update(told);
    } catch (problem) {
      if (!view.still()) return;
      if (!problem.isOffline) return view.app.fail(problem);
    }
    if (view.pack.building) setTimeout(look, LOOK_AGAIN);
    else view.watched = false;
  };
  setTimeout(look, LOOK_AGAIN);
}
