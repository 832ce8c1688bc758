/** Types of Qoltanba's embed.js, version 1 of its events. */

export declare const VERSION: 1;

/** What each event tells beside its type. Times are ISO 8601, in UTC. */
export interface QoltanbaData {
  /** The page is there; the reader has not opened his papers yet. */
  ready: Record<string, never>;
  /** The page is so tall, in CSS pixels; the element has made itself so already. */
  resized: { height: number };
  /** The foot of a document's last page was on the screen. */
  "document-viewed": { document: string; number: string };
  "code-sent": { expires_at: string; resend_at: string };
  /** A code was not sent, or not the right one was typed; `code` as in docs/errors.md. */
  "code-failed": { code: string; attempts_left: number | null };
  /** The code was right: the legal act. The seal follows. */
  signed: { confirmed_at: string };
  /** The sealed files can be fetched. */
  sealed: { sealed_at: string | null };
  declined: Record<string, never>;
  expired: Record<string, never>;
  /** Two minutes are left; `keepAlive()` prolongs it. */
  "session-expiring": { expires_at: string };
  /**
   * `renewable`: with another ticket it would go on. `not_loaded`, which no ticket mends: this page may not frame it,
   * or the service is not there.
   */
  error: { code: string; renewable: boolean };
}

export type QoltanbaType = keyof QoltanbaData;

export interface QoltanbaDetail<T extends QoltanbaType = QoltanbaType> {
  v: 1;
  type: T;
  /** Counts the events of this element. */
  id: number;
  /** Names the session in the journal; it opens nothing. */
  session: string | null;
  data: QoltanbaData[T];
}

export declare class QoltanbaSign extends HTMLElement {
  /** From `POST /v1/envelopes/{id}/tickets` with `kind: embed`; a new one opens the page anew. */
  ticket: string | null;
  language: "kk" | "ru";
  /** Say that the reader is at your page. */
  keepAlive(): void;
  addEventListener<T extends QoltanbaType>(
    type: T,
    listener: (event: CustomEvent<QoltanbaDetail<T>>) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener<K extends keyof HTMLElementEventMap>(
    type: K,
    listener: (this: HTMLElement, event: HTMLElementEventMap[K]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

declare global {
  interface HTMLElementTagNameMap {
    "qoltanba-sign": QoltanbaSign;
  }
}
