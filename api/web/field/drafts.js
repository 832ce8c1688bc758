// Drafts: kept on the tablet at every change, sent to the service whenever it answers.
//
// A draft names the version of the visit that it was written upon. Where the service has a newer
// one, nothing is overwritten: the technician chooses, and until then both are kept.

import { newName } from "./asking.js";

const PREFIX = "draft:";
const AGAIN = 3000;

export class Drafts {
  #timer = null;
  #sending = null;
  #next = null;
  #last = Promise.resolve();
  #refusals = new Map();

  /** `told()` is called whenever what is unsent changes, `gone()` when the shift is over. */
  constructor({ store, net, told, gone }) {
    Object.assign(this, { store, net, told, gone });
    this.unsent = 0;
  }

  /** Why the service does not take a draft, where it does not. */
  refusal(id) {
    return this.#refusals.get(id) ?? null;
  }

  /** A new visit of the technician's own making; the service hears of it when it can. */
  async begin({ reference, day, person, form, languages }) {
    const draft = {
      id: `new-${newName()}`, once: newName(), made: null, version: 0, isNew: true, dirty: true,
      reference, planned_on: day, subscriber: {}, conflict: null,
      documents: [{ form, languages, values: { order_number: reference.order_number, operator_person: signature(person) } }],
    };
    await this.keep(draft);
    return draft;
  }

  /** The draft of a visit: the one on this tablet, else what the service holds. */
  async of(visit, person) {
    const kept = await this.store.get(PREFIX + visit.id);
    if (kept && (kept.dirty || kept.version >= visit.version)) return kept;
    const draft = {
      id: visit.id, once: newName(), made: null, version: visit.version, isNew: false, dirty: false,
      reference: visit.reference, planned_on: visit.planned_on, conflict: null,
      subscriber: visit.subscriber, documents: visit.documents,
    };
    for (const each of draft.documents) {
      each.values.order_number ??= visit.reference.order_number;
      each.values.operator_person ??= signature(person);
    }
    await this.store.put(PREFIX + draft.id, draft);
    return draft;
  }

  /** By its id, or by the name that it bore until the service gave it one. */
  async find(id) {
    return (await this.store.get(PREFIX + id)) ?? (await this.all()).find((draft) => draft.was === id) ?? null;
  }

  async all() {
    const names = await this.store.names(PREFIX);
    const drafts = await Promise.all(names.map((name) => this.store.get(name)));
    return drafts.filter(Boolean);
  }

  /** Keep it here, now. */
  async keep(draft) {
    await this.#turn(() => this.store.put(PREFIX + draft.id, draft));
    await this.count();
  }

  /** One after another whatever changes what is kept, so that nothing older comes last. */
  #turn(change) {
    const done = this.#last.then(change);
    this.#last = done.catch(() => {});
    return done;
  }

  /** It is signed, or cancelled: nothing of it needs to stay. */
  async forget(id) {
    await this.store.remove(PREFIX + id);
    await this.count();
  }

  async count() {
    this.unsent = (await this.all()).filter((draft) => draft.dirty).length;
    this.told();
  }

  /** Send what is unsent, one after another; for whoever calls meanwhile, once more afterwards. */
  send() {
    if (this.#sending) {
      this.#next ??= this.#sending.then(() => { this.#next = null; return this.send(); });
      return this.#next;
    }
    this.#sending = this.#sendAll().finally(() => { this.#sending = null; });
    return this.#sending;
  }

  async #sendAll() {
    clearTimeout(this.#timer);
    for (const draft of await this.all()) {
      if (!draft.dirty || draft.conflict) continue;
      this.#refusals.delete(draft.id);
      await this.#send(draft);
    }
    await this.count();
    if (this.unsent) this.#timer = setTimeout(() => this.send(), AGAIN);
  }

  async #send(draft) {
    const sent = JSON.stringify([draft.subscriber, draft.documents]);
    try {
      if (draft.isNew) await this.#plan(draft);
      const body = { version: draft.version, subscriber: draft.subscriber, documents: draft.documents };
      const visit = await this.net.put(`/v1/visits/${draft.id}/draft`, body);
      await this.#settle(draft.id, (kept) => {
        kept.version = visit.version;
        kept.dirty = JSON.stringify([kept.subscriber, kept.documents]) !== sent;
      });
    } catch (problem) {
      if (problem.code === "visit_stale") {
        await this.#settle(draft.id, (kept) => { kept.conflict = problem.told.version; });
      } else if (problem.code === "visit_begun") {
        await this.#settle(draft.id, (kept) => { kept.dirty = false; });
      } else {
        this.#refusals.set(draft.id, problem);
        if (problem.code === "unauthenticated") this.gone();
      }
    }
  }

  /** The visit gets its id from the service; the draft, under its own name until then, moves. */
  async #plan(draft) {
    const body = { reference: draft.reference, planned_on: draft.planned_on, subscriber: {}, documents: [] };
    const visit = await this.net.post("/v1/visits", body, draft.once);
    await this.#turn(async () => {
      const old = draft.id;
      const kept = (await this.store.get(PREFIX + old)) ?? draft;
      Object.assign(kept, { id: visit.id, version: visit.version, isNew: false, reference: visit.reference, was: old });
      await this.store.put(PREFIX + kept.id, kept);
      await this.store.remove(PREFIX + old);
      Object.assign(draft, kept);
      this.moved?.(old, kept);
    });
  }

  #settle(id, change) {
    return this.#turn(async () => {
      const kept = await this.store.get(PREFIX + id);
      if (!kept) return;
      change(kept);
      await this.store.put(PREFIX + id, kept);
      this.settled?.(kept);
    });
  }

  /** Of two that differ: what is here counts, written upon the newest version. */
  async keepMine(draft) {
    Object.assign(draft, { version: draft.conflict, conflict: null, made: null });
    draft.dirty = true;
    await this.keep(draft);
    return this.send();
  }

  /** What the service holds counts. */
  async takeTheirs(draft) {
    const visit = await this.net.get(`/v1/visits/${draft.id}`);
    Object.assign(draft, { version: visit.version, subscriber: visit.subscriber, documents: visit.documents, conflict: null, dirty: false, made: null });
    await this.keep(draft);
  }
}

function signature(person) {
  return { full_name: person.full_name, position: person.position, contacts: person.contacts, employee_id: person.employee_id };
}
