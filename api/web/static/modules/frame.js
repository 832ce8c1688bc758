// What a page says to the one page that may frame it, and what it hears from it: by exact origin.

const VERSION = 1;

export class Frame {
  #origin;
  #session = null;
  #count = 0;

  /** `origin` is the only one that is spoken to; without one the page stands by itself. */
  constructor(origin) {
    this.#origin = window.parent !== window && origin ? origin : null;
  }

  get isFramed() {
    return this.#origin !== null;
  }

  /** From now on events name this session: its id, which opens nothing. */
  name(session) {
    this.#session = session;
  }

  tell(type, data = {}) {
    if (!this.#origin) return;
    const id = ++this.#count;
    const event = { qoltanba: VERSION, type, id, session: this.#session, data };
    window.parent.postMessage(event, this.#origin);
  }

  /** `heard` is a function for each type of message; all others are passed over. */
  listen(heard) {
    if (!this.#origin) return;
    window.addEventListener("message", (event) => {
      if (event.origin !== this.#origin || event.source !== window.parent) return;
      const message = event.data;
      if (message?.qoltanba !== VERSION || !Object.hasOwn(heard, message.type)) return;
      heard[message.type](message.data ?? {});
    });
  }

  /** Tell how tall the page is, now and whenever that changes. */
  watchHeight(element) {
    if (!this.#origin) return;
    let last = 0;
    new ResizeObserver(() => {
      const height = Math.ceil(element.getBoundingClientRect().height);
      if (height === last) return;
      last = height;
      this.tell("resized", { height });
    }).observe(element);
  }
}
