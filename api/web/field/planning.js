// A visit that nobody has planned: its order, its account, and which document it is for.

import { h, newId } from "./dom.js";

/** `run(button, error, work)` does it once; `begin(form, reference)` begins the draft. */
export function planningForm({ forms, words, run, begin }) {
  const say = (name) => words.say(name);
  const kind = newId();
  const error = h("p.error", { role: "alert" });
  const go = h("button.main", { type: "submit" }, say("new_go"));
  const field = (name, id = newId()) => h("div.field", {}, h("label", { for: id }, say(name)), h("input", { id, name, maxlength: 40, autocomplete: "off" }));
  const options = forms.map((each) => h("option", { value: each.code, selected: each.code === "acceptance_act" }, each.titles[words.language]));
  const form = h("form.card", { novalidate: true }, h("h1", { tabindex: -1 }, say("new")), field("order"), field("account"),
    h("div.field", {}, h("label", { for: kind }, say("form")), h("select", { id: kind, name: "kind" }, options)),
    error, h("div.tools", {}, h("a.button", { href: "#" }, say("back")), go));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    run(go, error, async () => {
      const { order, account, kind: { value: code } } = form.elements;
      const empty = [order, account].filter((each) => !each.value.trim());
      for (const each of [order, account]) each.setAttribute("aria-invalid", String(empty.includes(each)));
      if (empty.length) {
        empty[0].focus();
        throw Object.assign(new Error(), { title: say("new_needs") });
      }
      await begin(forms.find((each) => each.code === code), { order_number: order.value.trim(), account_number: account.value.trim() });
    });
  });
  return form;
}
