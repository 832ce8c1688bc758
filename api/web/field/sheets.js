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
      figure.replaceChildren(image, nearer(figure));
      const { lines } = await net.get(`${figure.dataset.page}/text?version=frozen`).catch(() => ({ lines: [] }));
      figure.append(h("div.heard", {}, lines.map((line) => h("p", {}, line))));
    } catch {
      figure.replaceChildren(h("button.plain", { type: "button", on: { click: () => show(figure) } }, words.say("again")));
    } finally {
      figure.removeAttribute("aria-busy");
    }
  };
  const zoom = (figure) => {
    const isNear = figure.classList.toggle("near");
    figure.tabIndex = isNear ? 0 : -1;
    const button = figure.querySelector(".zoom");
    if (button) name(button, figure);
    if (isNear && figure.dataset.width !== String(WIDTHS.at(-1))) {
      figure.dataset.width = WIDTHS.at(-1);
      show(figure);
    }
  };
  const name = (button, figure) => {
    const isNear = figure.classList.contains("near");
    button.textContent = isNear ? "−" : "+";
    button.setAttribute("aria-label", words.say(isNear ? "farther" : "nearer", { title: figure.dataset.label }));
  };
  const nearer = (figure) => {
    const button = h("button.zoom", { type: "button", on: { click: () => zoom(figure) } });
    name(button, figure);
    return button;
  };
  const near = new IntersectionObserver((found) => {
    for (const each of found) if (each.isIntersecting) { near.unobserve(each.target); show(each.target); }
  }, { rootMargin: "600px" });
  for (const document of envelope.documents) {
    const title = titles[document.form]?.[words.language] ?? document.form;
    box.append(h("h2", {}, title, " ", h("span.quiet.whole", {}, document.number)));
    const pages = document.links.pages;
    pages.forEach((page, at) => {
      const label = words.say("page", { title, page: at + 1, pages: pages.length });
      const figure = h("figure.sheet", { data: { page, label }, tabindex: -1, "aria-label": label, role: "group" });
      figure.addEventListener("dblclick", (event) => { if (!event.target.closest("button")) zoom(figure); });
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
