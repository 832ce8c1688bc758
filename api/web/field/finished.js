// What has become of an envelope, and what comes next.

import { h } from "./dom.js";

/** `anew` is a button of the employee's, where the tablet is his: the visit once more. */
export function finished(envelope, { words, anew }) {
  const say = (name, given) => words.say(name, given);
  const { state } = envelope;
  const isSealed = state === "sealed";
  const links = isSealed ? envelope.documents.map((each) => h("li", {},
    h("img.qr", { src: `/v1/envelopes/${envelope.id}/documents/${each.id}/qr`, alt: "", width: 220, height: 220 }),
    h("a", { href: each.links.verification, target: "_blank", rel: "noopener" }, each.number))) : [];
  const says = isSealed ? "sealed_says" : anew ? `over_${state}_next` : `over_${state}_says`;
  return h("div.finished", { data: { state } }, h("p.tick", { "aria-hidden": "true" }, isSealed ? "✓" : "–"),
    h("h1", { tabindex: -1 }, say(isSealed ? "sealed" : `over_${state}`)), h("p", {}, say(says)),
    state === "declined" && anew && envelope.reason ? h("p.quiet", {}, say("over_reason", { reason: envelope.reason })) : null,
    isSealed ? h("p.quiet", {}, say("sealed_copy")) : null, h("ul.links", {}, links), isSealed ? null : anew);
}
