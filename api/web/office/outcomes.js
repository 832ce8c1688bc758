// What became of a pack, told day by day, and what may be told next.

import { h, newId } from "./dom.js";
import { day } from "./figures.js";

const ORDER = ["recipient", "number", "how", "reason"];

export function outcomes(view) {
  const { app, pack } = view;
  if (!pack.outcomes.length && !(pack.next.length && app.works)) return null;
  return h("section.outcomes", { "aria-labelledby": "outcomes" }, h("h2", { id: "outcomes" }, app.say("outcomes")),
    pack.outcomes.length ? h("ol.told", {}, pack.outcomes.map((each) => h("li", {}, h("strong", {}, `${day(each.on)} — ${app.say(`state_${each.outcome}`)}`),
      h("span", {}, [each.recipient, each.number ? `№ ${each.number}` : "", each.how, each.reason].filter(Boolean).join(" · "))))) : null,
    pack.next.length && app.works ? tell(view) : null);
}

function tell(view) {
  const { app, pack } = view;
  const [outcome, on] = [newId(), newId()];
  const error = h("p.error", { role: "alert" });
  const go = h("button.main", { type: "submit" }, app.say("tell"));
  // Once it is handed over, what comes next is more likely than handing it over again.
  const next = [...pack.next].sort((one, other) => (one.outcome === pack.state) - (other.outcome === pack.state));
  const choose = h("select", { id: outcome, name: "outcome" }, next.map((each) => h("option", { value: each.outcome }, app.say(`state_${each.outcome}`))));
  const facts = h("div.fields", {});
  const ask = () => {
    const { facts: needed } = pack.next.find((each) => each.outcome === choose.value);
    const wanted = ORDER.filter((name) => needed.includes(name));
    facts.hidden = !wanted.length;
    facts.replaceChildren(...wanted.map((name) => {
      const id = newId();
      return h("div.field", {}, h("label", { for: id }, app.say(`fact_${name}`)), h(name === "reason" ? "textarea" : "input", { id, name }));
    }));
  };
  choose.addEventListener("change", ask);
  ask();
  const form = h("form.telling", { novalidate: true },
    h("div.fields", {}, h("div.field", {}, h("label", { for: outcome }, app.say("outcome")), choose),
      h("div.field", {}, h("label", { for: on }, app.say("on")), h("input", { id: on, name: "on", type: "date", value: pack.today, max: pack.today }))),
    facts, error, go);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    app.busy(go, error, async () => {
      const given = Object.fromEntries([...new FormData(form)].filter(([, value]) => String(value).trim()));
      await view.change("outcomes", given);
    }, form);
  });
  return form;
}
