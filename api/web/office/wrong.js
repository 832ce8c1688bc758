// What is wrong with a form, beside each of its fields.

import { h, newId } from "./dom.js";

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
