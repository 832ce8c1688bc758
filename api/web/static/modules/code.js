// Typing a one-time code: by hand, from the keyboard's suggestion, or out of the message (WebOTP).

export class CodeEntry {
  #input;
  #typed;
  #waiting = null;

  /** `typed(code)` is called as soon as all digits are there. */
  constructor(input, typed) {
    this.#input = input;
    this.#typed = typed;
    input.addEventListener("input", () => this.#take(input.value));
  }

  /** Empty, and ready for the next try. */
  clear() {
    this.#input.value = "";
    this.#input.focus({ preventScroll: false });
  }

  set disabled(isDisabled) {
    this.#input.disabled = isDisabled;
  }

  /** Let a phone that reads the message offer the code; silence where it cannot. */
  async listen() {
    if (!("OTPCredential" in window)) return;
    this.#waiting?.abort();
    this.#waiting = new AbortController();
    try {
      const found = await navigator.credentials.get({
        otp: { transport: ["sms"] }, signal: this.#waiting.signal,
      });
      if (found?.code) this.#take((this.#input.value = found.code));
    } catch {
      // Refused, given up, or not allowed in this frame: it is typed by hand.
    }
  }

  stop() {
    this.#waiting?.abort();
    this.#waiting = null;
  }

  #take(value) {
    const length = this.#input.maxLength;
    const digits = value.replace(/\D/g, "").slice(0, length);
    if (digits !== value) this.#input.value = digits;
    if (digits.length === length) this.#typed(digits);
  }
}

/** Calls `tick(secondsLeft)` each second down to 0; a new one ends the one before. */
export class Countdown {
  #timer = null;

  start(until, tick) {
    this.stop();
    const look = () => {
      const left = Math.max(0, Math.ceil((until - Date.now()) / 1000));
      if (left === 0) this.stop();
      tick(left);
    };
    this.#timer = setInterval(look, 1000);
    look();
  }

  stop() {
    clearInterval(this.#timer);
    this.#timer = null;
  }
}
