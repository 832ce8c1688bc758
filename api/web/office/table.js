// Tables that scroll by themselves where they are too wide.

import { h } from "./dom.js";

const FIGURES = new Set(["days", "balance", "rate", "product", "amount", "total"]);
const TEXTS = new Set(["fact_reason", "what_is_wrong", "debtor"]);

function kind(name) {
  return FIGURES.has(name) ? "figure" : TEXTS.has(name) ? "text" : "short";
}

/** Under a name of its own: columns, rows of what stands in them (texts or elements), a foot. */
export function table(app, label, names, rows, foot = null) {
  const head = names.map((name) => h("th", { scope: "col", data: { kind: kind(name) } }, app.say(name)));
  const cells = (row) => row.map((cell, place) => h("td", { data: { kind: kind(names[place]) } }, cell instanceof Node ? cell : String(cell)));
  return h("div.table", { tabindex: 0, role: "region", "aria-label": label },
    h("table", {}, h("thead", {}, h("tr", {}, head)), h("tbody", {}, rows.map((row) => h("tr", {}, cells(row)))),
      foot ? h("tfoot", {}, h("tr", {}, foot)) : null));
}
