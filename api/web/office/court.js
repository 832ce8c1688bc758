// The court list: packs whose inscription the debtor has objected to.

import { h } from "./dom.js";
import { day, money } from "./figures.js";
import { table } from "./table.js";

export async function courtList(app, still) {
  const told = await app.net.get("/v1/court-list");
  if (!still()) return;
  const show = () => {
    const rows = told.rows.map((row) => [h("a", { href: `#/packs/${row.id}` }, row.id), row.account_number, row.debtor, money(row.total), row.inscription ?? "—", day(row.objected_on), row.reason ?? "", app.say(`state_${row.state}`), day(row.limitation_ends)]);
    app.show("court", show, h("p.way", {}, h("a.button", { href: "#/packs" }, `← ${app.say("packs")}`)),
      h("div.top", {}, h("h1", { tabindex: -1 }, app.say("court_list")), h("div.tools", {},
        h("a.button", { href: "/v1/court-list.csv", download: "court-list.csv" }, app.say("court_csv")))),
      h("p.quiet", {}, app.say("court_says")),
      rows.length ? table(app, app.say("court_list"), ["number", "account", "debtor", "total", "inscription", "objected_on", "fact_reason", "state", "limitation"], rows) : h("p.none", {}, app.say("court_none")));
  };
  show();
  app.land();
}
