// A number becomes the subscriber's verified one: a code to it, which he tells or shows.

import { newName } from "./asking.js";
import { busy } from "./busy.js";
import { h, newId } from "./dom.js";

const DIGITS = 6;

/** Resolves to whether the number is verified now. */
export function verifyNumber({ subscriber, person, schema, net, words }) {
  return new Promise((resolve) => {
    const shown = dialogOf({ phone: subscriber.phone ?? "", schema, words });
    const { dialog, form, select, typed, input, send, error } = shown;
    let [place, isVerified, once, attempt] = [null, false, newName(), null];
    const trying = (control, work) => busy(control, error, { words }, work);
    const sends = () => trying(send, async () => {
      const { surname, name, patronymic, iin, phone } = subscriber;
      const who = Object.fromEntries(Object.entries({ surname, name, patronymic, iin, phone }).filter(([, value]) => value));
      const body = { subscriber: who, identified_by: person.employee_id, identity_document: select.value, language: words.language };
      place = (await net.post("/v1/phone-verifications", body, once)).links.confirmation;
      [once, attempt, typed.hidden] = [newName(), null, false];
      input.focus();
    });
    const confirms = (code) => trying(input, async () => {
      // The same code after a lost answer is the same attempt.
      if (attempt?.code !== code) attempt = { code, id: newName() };
      try {
        await net.post(place, { code, attempt_id: attempt.id, entered_by: "employee", employee_id: person.employee_id, device: "tablet" });
      } catch (problem) {
        if (!problem.isOffline) attempt = null;
        input.value = "";
        throw problem;
      }
      isVerified = true;
      dialog.close();
    });
    form.addEventListener("submit", (event) => { event.preventDefault(); sends(); });
    input.addEventListener("input", () => {
      input.value = input.value.replace(/\D/g, "").slice(0, DIGITS);
      if (input.value.length === DIGITS) confirms(input.value);
    });
    // A code that is half typed is no wish for another one.
    input.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
    dialog.addEventListener("close", () => { dialog.remove(); resolve(isVerified); });
    document.body.append(dialog);
    dialog.showModal();
  });
}

function dialogOf({ phone, schema, words }) {
  const say = (name, given) => words.say(name, given);
  const [kind, code, title] = [newId(), newId(), newId()];
  const kinds = Object.entries(schema.$defs.IdentityDocument["x-texts"]);
  const error = h("p.error", { role: "alert" });
  const select = h("select", { id: kind }, kinds.map(([value, texts]) => h("option", { value }, texts[words.language])));
  const input = h("input.code", { id: code, inputmode: "numeric", maxlength: DIGITS, autocomplete: "one-time-code" });
  const typed = h("div.field", { hidden: true }, h("label", { for: code }, say("code_told")), input);
  const send = h("button.main", { type: "submit" }, say("verify_send", { phone }));
  const form = h("form", { novalidate: true });
  const dialog = h("dialog", { "aria-labelledby": title }, form);
  form.append(h("h2", { id: title }, say("verify_title")), h("p", {}, say("verify_says")),
    h("div.field", {}, h("label", { for: kind }, say("verify_document")), select), typed, error,
    h("div.tools", {}, h("button.plain", { type: "button", on: { click: () => dialog.close() } }, say("back")), send));
  return { dialog, form, select, typed, input, send, error };
}
