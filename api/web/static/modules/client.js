// Asks the service, with a session that lives in the memory of this page and nowhere else.

import { Problem } from "./asking.js";

const PATIENCE = 45_000;

export class Client {
  #token = null;
  #ahead = 0;
  #language;

  /** `language` is asked before each request for the language that answers speak. */
  constructor(language) {
    this.#language = language;
  }

  /** Show this from now on. */
  hold(token) {
    this.#token = token;
  }

  /** Forget what was held. */
  drop() {
    this.#token = null;
  }

  /** When by this clock, however wrong it is, a time of the service's comes. */
  local(instant) {
    return Date.parse(instant) - this.#ahead;
  }

  async get(path) {
    return (await this.#ask("GET", path)).json();
  }

  async blob(path) {
    return (await this.#ask("GET", path)).blob();
  }

  /** `once` makes a repetition have one effect only. */
  async post(path, body = {}, { once = null } = {}) {
    return (await this.#ask("POST", path, body, once)).json();
  }

  async #ask(method, path, body, once) {
    const headers = { "Accept-Language": this.#language() };
    if (this.#token) headers.Authorization = `Bearer ${this.#token}`;
    if (body !== undefined) headers["Content-Type"] = "application/json";
    if (once) headers["Idempotency-Key"] = once;
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), PATIENCE);
    let answer;
    try {
      answer = await fetch(path, {
        method, headers, body: body === undefined ? undefined : JSON.stringify(body),
        credentials: "omit", referrerPolicy: "no-referrer", signal: patience.signal,
      });
    } catch {
      throw new Problem(0);
    } finally {
      clearTimeout(timer);
    }
    const told = Date.parse(answer.headers.get("Date"));
    if (Number.isFinite(told)) this.#ahead = told - Date.now();
    if (!answer.ok) throw new Problem(answer.status, await answer.json().catch(() => ({})));
    return answer;
  }
}
