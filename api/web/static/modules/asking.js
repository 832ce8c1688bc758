// What all who ask the service share: how a refusal looks, and names for what is asked once.

/** A refusal of the service (RFC 9457), or that it could not be reached (`offline`). */
export class Problem extends Error {
  constructor(status, told = {}) {
    super(told.code ?? "offline");
    this.status = status;
    this.code = told.code ?? "offline";
    this.title = told.title ?? "";
    this.detail = told.detail ?? "";
    this.errors = told.errors ?? [];
    this.attemptsLeft = told.attempts_left ?? null;
    this.retryAfter = told.retry_after ?? null;
    this.told = told;
  }

  /** Nobody answered, or only a machine on the way to the service. */
  get isOffline() {
    return this.status === 0 || this.status === 502 || this.status === 504;
  }
}

/** A name that nobody else gives, for attempts and repetitions. */
export function newName() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
