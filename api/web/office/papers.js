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
    return h("li", {}, sheets(app, `paper-${place}`, [title, state, h("span.quiet", {}, paper.path)], [paper], () => app.told(paper.title)));
  });
  return h("section.papers", { "aria-labelledby": "papers" }, h("h2", { id: "papers" }, app.say("papers")),
    pack.volumes.length ? bound(app, pack.volumes) : null,
    listed.length ? h("ul", {}, listed) : h("p.none", {}, app.say("no_papers")));
}

/** What a volume is called: by its number where there are several. */
export function volumeName(app, volume, volumes) {
  return volumes.length > 1 ? app.say("volume_of", { number: volume.number }) : app.say("volume");
}

/** All volumes, one after the other, as their pages are numbered on. */
function bound(app, volumes) {
  const pages = pagesOf(volumes);
  const holds = volumes.length > 1 ? app.say("volumes_pages", { volumes: volumes.length, pages }) : app.say("pages", { count: pages });
  const summary = [h("span.name", {}, app.say(volumes.length > 1 ? "volumes" : "volume")), h("span.state", { data: { state: "sealed" } }, holds)];
  return sheets(app, "volume", summary, volumes, (volume) => volumeName(app, volume, volumes));
}

/** Of all those files together. */
export function pagesOf(files) {
  return files.reduce((sum, file) => sum + file.pages, 0);
}

/** The file that a page of them all is in, and its page there. */
function placeOf(files, page) {
  let left = page;
  for (const file of files) {
    if (left <= file.pages) return { file, own: left };
    left -= file.pages;
  }
  throw new RangeError(`no page ${page}`);
}

/** A part that shows the pages of files, one after the other, as soon as it is unfolded. */
function sheets(app, part, summary, files, name) {
  const box = h("div.sheets", {});
  const whole = h("details.part", { data: { part } }, h("summary", {}, summary), box);
  const pages = pagesOf(files);
  const link = (page) => {
    const { file, own } = placeOf(files, page);
    return `${file.link}/pages/${own}`;
  };
  let shown = null;
  whole.addEventListener("toggle", () => {
    if (!whole.open || shown) return;
    shown = new PageView(box, {
      pages,
      picture: (page, width) => app.net.blob(`${link(page)}?width=${width}`),
      text: async (page) => (await app.net.get(`${link(page)}/text`)).lines,
      label: (page) => app.say("page", { title: name(placeOf(files, page).file), page, pages }),
      again: () => app.say("again"),
      seen: () => {},
    });
  });
  return whole;
}
