// The calculation, unfolded as far as one wants: sums, invoices, days, balance by rate.

import { h } from "./dom.js";
import { day, exact, money, percent } from "./figures.js";

export function calculation(app, pack) {
  const { claim } = pack;
  const sum = (name) => h("div", {}, h("dt", {}, app.say(name)), h("dd", {}, `${money(claim[name])} ₸`));
  return h("details.part", { data: { part: "calculation" } },
    h("summary", {}, h("h2", {}, app.say("calculation")), h("span.total", {}, `${money(claim.total)} ₸`)),
    h("dl.gist", {}, ["principal", "other", "penalty", "total", "charged", "paid", "advance"].map(sum)),
    ...claim.lines.map((line) => invoice(app, line)),
    claim.allocations.length ? h("details.part", { data: { part: "allocations" } }, h("summary", {}, h("h3", {}, app.say("allocations"))), allocations(app, claim)) : null,
    h("details.part", { data: { part: "readings" } }, h("summary", {}, h("h3", {}, app.say("readings"))),
      h("ul.readings", {}, readings(app, claim.readings).map((each) => h("li", {}, each))),
      h("p.quiet", {}, Object.entries(pack.calendar).map(([year, source]) => `${year}: ${app.say(`calendar_${source}`)}`).join(" · "))));
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
      h("span.state", { data: { state: line.standing } }, app.say(`standing_${line.standing}`)), h("span.total", {}, `${money(line.claimed)} ₸`)),
    h("dl.gist", {}, [
      ["invoice", line.invoice], ["charged", `${money(line.charged)} ₸`], ["due", day(line.due)], ["paid", `${money(line.paid)} ₸`],
      ["balance", `${money(line.balance)} ₸`], ["limitation", day(line.limitation.last_day)], ["penalty_grown", `${money(line.penalty)} ₸`],
      ["penalty_claimed", `${money(line.penalty_claimed)} ₸`], ["ground", line.ground],
    ].map(([name, value]) => h("div", {}, h("dt", {}, app.say(name)), h("dd", {}, value)))),
    line.spans.length ? table(app, ["from", "to", "days", "balance", "rate", "product"],
      line.spans.map((span) => [day(span.first), day(span.last), span.days, money(span.balance), percent(span.rate), exact(span.product)])) : h("p.quiet", {}, app.say("no_penalty")));
}

function allocations(app, claim) {
  return table(app, ["paid_on", "amount", "invoice", "part"],
    claim.allocations.map((each) => [day(each.paid_on), money(each.amount), each.invoice ?? "—", app.say(`part_${each.part}`)]));
}

/** Names of columns, and rows of what stands in them; it scrolls by itself where it is too wide. */
export function table(app, names, rows) {
  return h("div.table", { tabindex: 0, role: "region", "aria-label": names.map((name) => app.say(name)).join(", ") },
    h("table", {}, h("thead", {}, h("tr", {}, names.map((name) => h("th", { scope: "col" }, app.say(name))))),
      h("tbody", {}, rows.map((cells) => h("tr", {}, cells.map((cell) => h("td", {}, String(cell))))))));
}
