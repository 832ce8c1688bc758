// Asks the service in the name of whoever is signed in; the cookie is the browser's, never ours.

// `asking.js` is one of static/modules/, served beside these files.
import { Problem } from "./asking.js";

const PATIENCE = 30_000;
const ABOUT_A_SECOND = 2000;
const BYTES_A_MILLISECOND = 10;
const [STILL_AT_IT, AGAIN] = [75_000, 1500];

/** Bytes of files that are sent: over a slow link they take as long as they take. */
function weight(body) {
  return body instanceof FormData ? [...body.values()].reduce((sum, each) => sum + (each.size ?? 0), 0) : 0;
}

export class Net {
  guard = null;
  #ahead = 0;

  /** `language()` is what answers speak; `online(yes)` hears each time whether somebody answered. */
  constructor({ language, online }) {
    Object.assign(this, { language, online });
  }

  /** An instant of the service's, as the clock of this device tells it. */
  local(instant) {
    return Date.parse(instant) - this.#ahead;
  }

  /** Its answers tell whole seconds: clocks that differ by no more are as good as one. */
  #hear(now) {
    const ahead = now - Date.now();
    if (Number.isFinite(ahead)) this.#ahead = Math.abs(ahead) > ABOUT_A_SECOND ? ahead : 0;
  }

  get(path) {
    return this.ask("GET", path);
  }

  /**
   * `once` makes a repetition have one effect only. Where the service was at it when its answer was
   * lost, or died over it, what it holds is asked for until it gives it.
   */
  async post(path, body = {}, once = null) {
    const end = Date.now() + STILL_AT_IT;
    for (;;) {
      try {
        return await this.ask("POST", path, body, once);
      } catch (problem) {
        if (problem.code !== "request_in_progress" || Date.now() > end) throw problem;
      }
      await new Promise((resolve) => setTimeout(resolve, AGAIN));
    }
  }

  put(path, body) {
    return this.ask("PUT", path, body);
  }

  async ask(method, path, body, once) {
    return this.#whole(await this.answer(method, path, body, once), "json");
  }

  /** POST a text that is JSON already, as it is. */
  async send(path, text, once = null) {
    return (await this.answer("POST", path, text, once)).json();
  }

  /** POST a file. */
  async upload(path, file) {
    const form = new FormData();
    form.append("file", file);
    return (await this.answer("POST", path, form)).json();
  }

  async blob(path) {
    return this.#whole(await this.answer("GET", path), "blob");
  }

  /** All of an answer; one that breaks off is none. */
  async #whole(answer, kind) {
    try {
      return await answer[kind]();
    } catch {
      this.online(false);
      throw new Problem(0);
    }
  }

  async answer(method, path, body, once) {
    const headers = { "Accept-Language": this.language() };
    const isFile = body instanceof FormData;
    if (body !== undefined && !isFile) headers["Content-Type"] = "application/json";
    if (method !== "GET" && this.guard) headers["X-Page-Token"] = this.guard;
    if (once) headers["Idempotency-Key"] = once;
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), PATIENCE + weight(body) / BYTES_A_MILLISECOND);
    let answer;
    try {
      answer = await fetch(path, {
        method, headers, signal: patience.signal, credentials: "same-origin", cache: "no-cache",
        body: body === undefined || isFile || typeof body === "string" ? body : JSON.stringify(body),
      });
    } catch {
      this.online(false);
      throw new Problem(0);
    } finally {
      clearTimeout(timer);
    }
    this.#hear(Date.parse(answer.headers.get("Date")));
    const problem = answer.ok ? null : new Problem(answer.status, await answer.json().catch(() => ({})));
    this.online(!problem?.isOffline);
    if (problem) throw problem;
    return answer;
  }
}
