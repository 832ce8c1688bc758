// What the rules have found, the heaviest first; for a warning somebody answers in its place.

import { h, newId } from "./dom.js";

export function findings(view) {
  const { app, pack } = view;
  const answered = (each) => each.by !== null;
  const groups = [
    ["blocks", pack.findings.filter((each) => each.severity === "block")],
    ["warnings", pack.findings.filter((each) => each.severity === "warning" && !answered(each))],
    ["answered", pack.findings.filter(answered)],
  ];
  const notes = pack.findings.filter((each) => each.severity === "note");
  return h("section.found", { "aria-labelledby": "found" }, h("h2", { id: "found" }, app.say("findings")),
    groups.some(([, listed]) => listed.length) ? null : h("p.good", {}, app.say("no_findings")),
    ...groups.filter(([, listed]) => listed.length).map(([name, listed]) => group(view, name, listed)),
    notes.length ? h("details.part", { data: { part: "notes" } }, h("summary", {}, h("h3", {}, `${app.say("notes")}: ${notes.length}`)),
      h("ul", {}, notes.map((each) => one(view, each)))) : null);
}

function group(view, name, listed) {
  return h("div.group", { data: { group: name } }, h("h3", {}, `${view.app.say(name)}: ${listed.length}`), h("ul", {}, listed.map((each) => one(view, each))));
}

function one(view, found) {
  const { app } = view;
  const answers = found.severity === "warning" && found.by === null && app.works && ["draft", "checked"].includes(view.pack.state);
  return h("li", { data: { severity: found.severity, rule: found.rule } },
    h("p", {}, h("strong.rule", {}, found.rule), ` ${app.told(found.message)}`),
    h("p.quiet", {}, [app.told(found.source), found.to_confirm_by_a_lawyer ? app.say("to_confirm") : "", found.pointer ? app.say("place_in_case", { place: found.pointer }) : ""].filter(Boolean).join(" · ")),
    found.by ? h("p.answer", {}, `${app.say("answers")}: ${found.by}. ${found.reason}`) : null,
    answers ? answer(view, found) : null);
}

function answer(view, found) {
  const { app } = view;
  const [by, reason] = [newId(), newId()];
  const error = h("p.error", { role: "alert" });
  const go = h("button.plain", { type: "submit" }, app.say("answer"));
  const form = h("form.answering", { novalidate: true, data: { keep: `${found.rule}${found.pointer}` } },
    h("div.field", {}, h("label", { for: by }, app.say("answer_by")), h("input", { id: by, name: "by", autocomplete: "name", value: app.session.person.full_name })),
    h("div.field", {}, h("label", { for: reason }, app.say("answer_reason")), h("textarea", { id: reason, name: "reason", rows: 2 })),
    error, go);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    app.busy(go, error, async () => {
      const body = { rule: found.rule, by: form.elements.by.value, reason: form.elements.reason.value };
      await view.change("overrides", body);
    }, form);
  });
  return form;
}
