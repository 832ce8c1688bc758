// The papers of a pack as pictures of their pages, each fetched when it is looked at.

import { h } from "./dom.js";
import { PageView } from "./pages.js";

export function papers(view) {
  const { app, pack } = view;
  const listed = pack.papers.map((paper, place) => {
    const about = [app.say(`found_${paper.found}`), paper.pages ? app.say("pages", { count: paper.pages }) : "", paper.cms ? ".cms" : ""].filter(Boolean).join(" · ");
    const title = h("span.name", {}, app.told(paper.title));
    const state = h("span.state", { data: { state: paper.found } }, about);
    if (!paper.link) return h("li.part", {}, title, state, h("span.quiet", {}, paper.path));
    return h("li", {}, sheets(app, `paper-${place}`, [title, state, h("span.quiet", {}, paper.path)], paper, app.told(paper.title)));
  });
  return h("section.papers", { "aria-labelledby": "papers" }, h("h2", { id: "papers" }, app.say("papers")),
    pack.volumes.map((each) => sheets(app, `volume-${each.number}`, [h("span.name", {}, volumeName(app, pack, each)), h("span.state", { data: { state: "sealed" } }, app.say("pages", { count: each.pages }))], each, volumeName(app, pack, each))),
    listed.length ? h("ul", {}, listed) : h("p.none", {}, app.say("no_papers")));
}

/** What a volume is called; of several, by its number and pages. */
export function volumeName(app, pack, { number, first, last }) {
  return pack.volumes.length > 1 ? app.say("volume_of", { number, first, last }) : app.say("volume");
}

/** What it is called as a file. */
export function volumeFile(pack, { number }) {
  return pack.volumes.length > 1 ? `${pack.id}_${number}.pdf` : `${pack.id}.pdf`;
}

/** A part that shows the pages of a file as soon as it is unfolded. */
function sheets(app, part, summary, file, title) {
  const box = h("div.sheets", {});
  const whole = h("details.part", { data: { part } }, h("summary", {}, summary), box);
  let shown = null;
  whole.addEventListener("toggle", () => {
    if (!whole.open || shown) return;
    shown = new PageView(box, {
      pages: file.pages,
      picture: (page, width) => app.net.blob(`${file.link}/pages/${page}?width=${width}`),
      text: async (page) => (await app.net.get(`${file.link}/pages/${page}/text`)).lines,
      label: (page) => app.say("page", { title, page, pages: file.pages }),
      again: () => app.say("again"),
      seen: () => {},
    });
  });
  return whole;
}
