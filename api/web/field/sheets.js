// The pages of the frozen documents, as they are in the files: pictures that come when they are near.

import { h } from "./dom.js";

const WIDTHS = [600, 800, 1000, 1280, 1600];

function widthFor(element) {
  const wanted = element.clientWidth * Math.min(window.devicePixelRatio || 1, 2);
  return WIDTHS.find((width) => width >= wanted) ?? WIDTHS.at(-1);
}

/** All pages of an envelope's documents; `titles` by form, `seen()` once the last one was reached. */
export function sheets(envelope, { net, words, titles, seen }) {
  const box = h("div.sheets");
  const urls = [];
  const show = async (figure) => {
    figure.setAttribute("aria-busy", "true");
    try {
      const width = Number(figure.dataset.width) || widthFor(figure);
      const url = URL.createObjectURL(await net.blob(`${figure.dataset.page}?version=frozen&width=${width}`));
      urls.push(url);
      const image = h("img", { src: url, alt: "" });
      await image.decode();
      figure.replaceChildren(image);
      const { lines } = await net.get(`${figure.dataset.page}/text?version=frozen`).catch(() => ({ lines: [] }));
      figure.append(h("div.heard", {}, lines.map((line) => h("p", {}, line))));
    } catch {
      figure.replaceChildren(h("button.plain", { type: "button", on: { click: () => show(figure) } }, words.say("again")));
    } finally {
      figure.removeAttribute("aria-busy");
    }
  };
  const near = new IntersectionObserver((found) => {
    for (const each of found) if (each.isIntersecting) { near.unobserve(each.target); show(each.target); }
  }, { rootMargin: "600px" });
  for (const document of envelope.documents) {
    const title = titles[document.form]?.[words.language] ?? document.form;
    box.append(h("h2", {}, title, h("span.quiet", {}, ` ${document.number}`)));
    const pages = document.links.pages;
    pages.forEach((page, at) => {
      const label = words.say("page", { title, page: at + 1, pages: pages.length });
      const figure = h("figure.sheet", { data: { page, label }, tabindex: 0, "aria-label": label, role: "group" });
      figure.addEventListener("dblclick", () => figure.classList.toggle("near"));
      box.append(figure);
      near.observe(figure);
    });
    box.append(h("p", {}, h("a", { href: `${document.links.pdf}?version=frozen`, download: `${document.number}.pdf` }, words.say("file"))));
  }
  const foot = h("div.foot");
  box.append(foot);
  new IntersectionObserver((found, watch) => {
    if (found.some((each) => each.isIntersecting)) { watch.disconnect(); seen?.(); }
  }).observe(foot);
  box.close = () => { near.disconnect(); urls.forEach((url) => URL.revokeObjectURL(url)); };
  return box;
}
