// The calculation, unfolded as far as one wants: sums, invoices, days, balance by rate.

import { h } from "./dom.js";
import { article, day, exact, money, percent } from "./figures.js";
import { table } from "./table.js";

export function calculation(app, pack) {
  const { claim } = pack;
  const sum = (name) => h("div", {}, h("dt", {}, app.say(name)), h("dd", {}, `${money(claim[name])} ₸`));
  return h("details.part", { data: { part: "calculation" } },
    h("summary", {}, h("h2", {}, app.say("calculation")), h("span.total", {}, `${money(claim.total)} ₸`)),
    h("dl.gist", {}, ["principal", "other", "penalty", "total", "charged", "paid", "advance"].map(sum)),
    grounds(app, claim),
    ...claim.lines.map((line) => invoice(app, line)),
    claim.allocations.length ? h("details.part", { data: { part: "allocations" } }, h("summary", {}, h("h3", {}, app.say("allocations"))), allocations(app, claim)) : null,
    h("details.part", { data: { part: "readings" } }, h("summary", {}, h("h3", {}, app.say("readings"))),
      h("ul.readings", {}, readings(app, claim.readings).map((each) => h("li", {}, each))),
      h("p.quiet", {}, Object.entries(pack.calendar).map(([year, source]) => `${year}: ${app.say(`calendar_${source}`)}`).join(" · "))));
}

/** Which part of the sum rests on which article, and what only a court can give. */
function grounds(app, claim) {
  const parts = Object.entries(claim.by_ground).filter(([, sum]) => Number(sum));
  const name = (ground) => (ground === "court" ? app.say("standing_court") : app.say("by_ground", { article: article(ground) }));
  return parts.length ? h("dl.gist", {}, parts.map(([ground, sum]) => h("div", {}, h("dt", {}, name(ground)), h("dd", {}, `${money(sum)} ₸`)))) : null;
}

/** What is claimed of an invoice, as it adds up to the whole. */
function claimed(app, line) {
  const grown = Number(line.penalty_claimed) ? ` + ${app.say("penalty_short")} ${money(line.penalty_claimed)} ₸` : "";
  return `${money(line.claimed)} ₸${grown}`;
}

/** How what contract and law leave open was read, in sentences. */
function readings(app, read) {
  const rate = percent(read.rate).replace(/\D+$/, "");
  return [
    app.say("reading_due"), app.say(`reading_inclusive_${read.due_day_inclusive}`), app.say(`reading_moved_${read.moved_by_days_off}`),
    app.say("reading_rate", { rate, days: read.most_days }), app.say(`reading_${read.most_days_read_as}`),
    app.say(`reading_payment_day_${read.day_of_payment}`), app.say(`reading_${read.payment_order}`),
  ];
}

function invoice(app, line) {
  return h("details.part", { data: { part: `line-${line.invoice}` } },
    h("summary", {}, h("h3", {}, `${line.month.split("-").reverse().join(".")} · ${app.say(`component_${line.component}`)}`),
      h("span.state", { data: { state: line.standing } }, app.say(`standing_${line.standing}`)), h("span.total", {}, claimed(app, line))),
    h("dl.gist", {}, [
      ["invoice", line.invoice], ["charged", `${money(line.charged)} ₸`], ["due", day(line.due)], ["paid", `${money(line.paid)} ₸`],
      ["balance", `${money(line.balance)} ₸`], ["limitation", day(line.limitation.last_day)], ["penalty_grown", `${money(line.penalty)} ₸`],
      ["penalty_claimed", `${money(line.penalty_claimed)} ₸`], ["ground", line.ground === "court" ? app.say("standing_court") : article(line.ground)],
    ].map(([name, value]) => h("div", {}, h("dt", {}, app.say(name)), h("dd", {}, value)))),
    line.spans.length ? table(app, `${app.say("penalty_grown")}: ${line.invoice}`, ["from", "to", "days", "balance", "rate", "product"],
      line.spans.map((span) => [day(span.first), day(span.last), span.days, money(span.balance), percent(span.rate), exact(span.product)]), rounded(app, line)) : h("p.quiet", {}, app.say("no_penalty")));
}

/** The sum of the products, rounded once. */
function rounded(app, line) {
  return [h("th", { scope: "row", colspan: 5 }, app.say("rounded")), h("td", { data: { kind: "figure" } }, money(line.penalty))];
}

function allocations(app, claim) {
  return table(app, app.say("allocations"), ["paid_on", "amount", "invoice", "part"],
    claim.allocations.map((each) => [day(each.paid_on), money(each.amount), each.invoice ?? "—", app.say(`part_${each.part}`)]));
}
