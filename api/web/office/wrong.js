// What is wrong: with a form beside each of its fields, with a file place by place.

import { h, newId } from "./dom.js";
import { table } from "./table.js";

/**
 * Mark the fields these errors point at, by their names, and go to the first. Whether every error
 * found its field; where one did not, none is marked.
 */
export function markFields(form, errors) {
  for (const old of form.querySelectorAll(".error[data-of]")) old.remove();
  for (const old of form.querySelectorAll("[aria-invalid]")) {
    old.removeAttribute("aria-invalid");
    old.removeAttribute("aria-describedby");
  }
  const found = errors.map((each) => [form.elements[each.pointer.slice(1)], each.message]);
  if (!found.length || !found.every(([input]) => input)) return false;
  for (const [input, message] of found) {
    const id = newId();
    input.setAttribute("aria-invalid", "true");
    input.setAttribute("aria-describedby", id);
    input.after(h("p.error", { id, data: { of: input.name } }, message));
  }
  form.querySelector("[aria-invalid]").focus();
  return true;
}

/** A table of it: `rows` are the cells of `columns`, and what is wrong there in both languages. */
export function wrongPlaces(app, title, columns, rows) {
  const told = rows.map((row) => [...row.slice(0, -1), app.told(row.at(-1))]);
  return h("section.wrong", { "aria-live": "polite" }, h("h2", {}, app.say(title)), table(app, app.say(title), [...columns, "what_is_wrong"], told));
}
