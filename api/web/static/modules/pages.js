// Pages of a document as pictures, each fetched when it comes near, with its words for who hears it.

const WIDTHS = [600, 800, 1000, 1280, 1600];
const NEAR = "800px";

/** The narrowest picture that is sharp here: few widths, so that the service draws each page once. */
function widthFor(element) {
  const wanted = element.clientWidth * Math.min(window.devicePixelRatio || 1, 2);
  return WIDTHS.find((width) => width >= wanted) ?? WIDTHS.at(-1);
}

export class PageView {
  #urls = [];
  #near;
  #end;

  /**
   * `picture(page, width)` and `text(page)` fetch; `label(page)` and `again()` are words;
   * `seen()` is called once, when the foot of the last page was on the screen.
   */
  constructor(root, { pages, picture, text, label, again, seen }) {
    Object.assign(this, { root, picture, text, label, again });
    this.#near = new IntersectionObserver((found) => this.#come(found), { rootMargin: NEAR });
    this.figures = Array.from({ length: pages }, (_, index) => this.#figure(index + 1));
    this.root.replaceChildren(...this.figures);
    this.figures.forEach((figure) => this.#near.observe(figure));
    this.#end = new IntersectionObserver((found) => {
      if (!found.some((each) => each.isIntersecting)) return;
      this.#end.disconnect();
      seen();
    });
    const foot = document.createElement("div");
    foot.className = "foot";
    this.root.append(foot);
    this.#end.observe(foot);
  }

  /** Say anew what was said in another language. */
  relabel() {
    for (const figure of this.figures) {
      figure.setAttribute("aria-label", this.label(Number(figure.dataset.page)));
    }
  }

  /** Forget the pictures. */
  close() {
    this.#near.disconnect();
    this.#end.disconnect();
    this.#urls.forEach((url) => URL.revokeObjectURL(url));
    this.root.replaceChildren();
  }

  #figure(page) {
    const figure = document.createElement("figure");
    figure.className = "sheet";
    figure.dataset.page = page;
    figure.setAttribute("aria-label", this.label(page));
    return figure;
  }

  #come(found) {
    for (const { isIntersecting, target } of found) {
      if (!isIntersecting) continue;
      this.#near.unobserve(target);
      this.#fill(target);
    }
  }

  async #fill(figure) {
    const page = Number(figure.dataset.page);
    figure.setAttribute("aria-busy", "true");
    try {
      const [blob, lines] = await Promise.all([this.picture(page, widthFor(figure)), this.text(page)]);
      const url = URL.createObjectURL(blob);
      this.#urls.push(url);
      const image = new Image();
      image.alt = "";
      image.src = url;
      await image.decode();
      const words = document.createElement("div");
      words.className = "heard";
      for (const line of lines) words.append(Object.assign(document.createElement("p"), { textContent: line }));
      figure.replaceChildren(image, words);
    } catch {
      const again = document.createElement("button");
      again.type = "button";
      again.className = "plain";
      again.textContent = this.again();
      again.addEventListener("click", () => this.#fill(figure), { once: true });
      figure.replaceChildren(again);
    } finally {
      figure.removeAttribute("aria-busy");
    }
  }
}
