// Asks the service in the name of whoever is signed in; the cookie is the browser's, never ours.

const PATIENCE = 30_000;

/** A refusal of the service (RFC 9457), or that it could not be reached (`offline`). */
export class Problem extends Error {
  constructor(status, told = {}) {
    super(told.code ?? "offline");
    this.status = status;
    this.code = told.code ?? "offline";
    this.title = told.title ?? "";
    this.detail = told.detail ?? "";
    this.errors = told.errors ?? [];
    this.told = told;
  }

  get isOffline() {
    return this.status === 0 || this.status === 502 || this.status === 504;
  }
}

export class Net {
  guard = null;

  /** `language()` is what answers speak; `online(yes)` hears each time whether somebody answered. */
  constructor({ language, online }) {
    Object.assign(this, { language, online });
  }

  get(path) {
    return this.ask("GET", path);
  }

  /** `once` makes a repetition have one effect only. */
  post(path, body = {}, once = null) {
    return this.ask("POST", path, body, once);
  }

  put(path, body) {
    return this.ask("PUT", path, body);
  }

  async ask(method, path, body, once) {
    const answer = await this.answer(method, path, body, once);
    return answer.json();
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
    return (await this.answer("GET", path)).blob();
  }

  async answer(method, path, body, once) {
    const headers = { "Accept-Language": this.language() };
    const isFile = body instanceof FormData;
    if (body !== undefined && !isFile) headers["Content-Type"] = "application/json";
    if (method !== "GET" && this.guard) headers["X-Page-Token"] = this.guard;
    if (once) headers["Idempotency-Key"] = once;
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), PATIENCE);
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
    const problem = answer.ok ? null : new Problem(answer.status, await answer.json().catch(() => ({})));
    this.online(!problem?.isOffline);
    if (problem) throw problem;
    return answer;
  }
}

/** A name that nobody else gives, for attempts and repetitions. */
export function newName() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
