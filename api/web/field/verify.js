// A number becomes the subscriber's verified one: a code to it, which he tells or shows.

import { newName } from "./asking.js";
import { busy } from "./busy.js";
import { h, newId } from "./dom.js";

const DIGITS = 6;

/** Resolves to whether the number is verified now. */
export function verifyNumber({ subscriber, person, schema, net, words }) {
  const say = (name, given) => words.say(name, given);
  return new Promise((resolve) => {
    let place = null;
    let isVerified = false;
    let once = newName();
    const [kind, code, title] = [newId(), newId(), newId()];
    const error = h("p.error", { role: "alert" });
    const select = h("select", { id: kind }, Object.entries(schema.$defs.IdentityDocument["x-texts"]).map(([value, texts]) => h("option", { value }, texts[words.language])));
    const input = h("input.code", { id: code, inputmode: "numeric", maxlength: DIGITS, autocomplete: "one-time-code" });
    const typed = h("div.field", { hidden: true }, h("label", { for: code }, say("code_told")), input);
    const send = h("button.main", { type: "button" }, say("verify_send", { phone: subscriber.phone ?? "" }));
    const dialog = h("dialog", { "aria-labelledby": title },
      h("form", {}, h("h2", { id: title }, say("verify_title")), h("p", {}, say("verify_says")),
        h("div.field", {}, h("label", { for: kind }, say("verify_document")), select), typed, error,
        h("div.tools", {}, h("button.plain", { type: "button", on: { click: () => dialog.close() } }, say("back")), send)));
    const trying = (control, work) => busy(control, error, { words }, work);
    send.addEventListener("click", () => trying(send, async () => {
      const { surname, name, patronymic, iin, phone } = subscriber;
      const who = Object.fromEntries(Object.entries({ surname, name, patronymic, iin, phone }).filter(([, value]) => value));
      const body = { subscriber: who, identified_by: person.employee_id, identity_document: select.value, language: words.language };
      place = (await net.post("/v1/phone-verifications", body, once)).links.confirmation;
      once = newName();
      typed.hidden = false;
      input.focus();
    }));
    input.addEventListener("input", () => {
      const digits = input.value.replace(/\D/g, "").slice(0, DIGITS);
      input.value = digits;
      if (digits.length === DIGITS) trying(input, async () => {
        try {
          await net.post(place, { code: digits, attempt_id: newName(), entered_by: "employee", employee_id: person.employee_id, device: "tablet" });
        } catch (problem) {
          input.value = "";
          throw problem;
        }
        isVerified = true;
        dialog.close();
      });
    });
    dialog.addEventListener("close", () => { dialog.remove(); resolve(isVerified); });
    document.body.append(dialog);
    dialog.showModal();
  });
}
