// Cards of visits, and finding them: by the day, by order, account or phone, and without a network.

import { h } from "./dom.js";

const SIGNED = new Set(["confirmed", "sealed"]);
const BY = ["order", "account", "phone"];

/** Whether the subscriber has declined, and nobody has written anything since. */
export function isDeclined(visit) {
  return visit.envelope?.state === "declined" && visit.state === "signing";
}

/** Whether it can be signed no more. */
export function isSigned(visit) {
  return SIGNED.has(visit.envelope?.state);
}

/** What `day` has, or what bears that number; `kept(path)` is what the service said, maybe earlier. */
export async function findVisits({ day, sought, net, kept }) {
  const ofDay = async () => (await kept(`/v1/visits?on=${day}&limit=100`)).visits;
  if (!sought) return (await ofDay()).filter((visit) => visit.state !== "cancelled");
  const asked = (name) => net.get(`/v1/visits?${name}=${encodeURIComponent(sought)}`).then((told) => told.visits, (problem) => {
    if (problem.isOffline) throw problem;
    return [];
  });
  try {
    const all = (await Promise.all(BY.map(asked))).flat();
    return [...new Map(all.map((visit) => [visit.id, visit])).values()];
  } catch (problem) {
    if (!problem.isOffline) throw problem;
    const known = await ofDay().catch(() => []);
    return known.filter(({ reference }) => [reference.order_number, reference.account_number].includes(sought));
  }
}

function unsent(words) {
  return h("span.state", { data: { state: "unsent" } }, words.say("unsent", { count: 1 }));
}

function order(reference, words) {
  return h("span.quiet.whole", {}, `${words.say("order")} ${reference.order_number}`);
}

/** The card of a visit that the service knows. */
export function visitCard(visit, isDirty, words) {
  // After a refusal what is written anew counts, not the envelope that was declined.
  const envelope = visit.envelope?.state === "declined" && !isDeclined(visit) ? null : visit.envelope;
  const state = envelope ? `envelope_${envelope.state}` : `state_${visit.state}`;
  return h("li", {}, h("a.card", { href: `#/visit/${visit.id}` },
    h("strong", {}, [visit.slot, visit.subscriber_name || "—"].filter(Boolean).join(" · ")),
    h("span", {}, visit.address), order(visit.reference, words),
    h("span.state", { data: { state: envelope?.state ?? visit.state } }, words.say(state)),
    isDirty ? unsent(words) : null));
}

/** The card of one that only this tablet knows. */
export function ownCard(draft, words) {
  const name = [draft.subscriber.surname, draft.subscriber.name].filter(Boolean).join(" ");
  return h("li", {}, h("a.card", { href: `#/visit/${draft.id}` }, h("strong", {}, name || words.say("new")), order(draft.reference, words), unsent(words)));
}
