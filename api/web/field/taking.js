// The employee takes the tablet back out of the subscriber's hands, by his PIN or password.

import { h, newId } from "./dom.js";

/** `run(button, error, work, refused)` does it once; `taken(session)` hears that it is his again. */
export function askBack({ net, words, run, taken }) {
  const say = (name) => words.say(name);
  const id = newId();
  const error = h("p.error", { role: "alert" });
  const input = h("input", { id, type: "password", autocomplete: "off" });
  const go = h("button.main", { type: "submit" }, say("take_back_go"));
  const dialog = h("dialog", { "aria-labelledby": `${id}t` });
  const form = h("form", { novalidate: true }, h("h2", { id: `${id}t` }, say("take_back_title")),
    h("div.field", {}, h("label", { for: id }, say("take_back_secret")), input), error,
    h("div.tools", {}, h("button.plain", { type: "button", on: { click: () => dialog.close() } }, say("back")), go));
  const wrong = (problem) => {
    if (problem.code !== "sign_in_refused" && !problem.isOffline) return false;
    error.textContent = say(problem.isOffline ? "take_back_offline" : "take_back_wrong");
    input.select();
    return true;
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    run(go, error, async () => {
      const session = await net.post("/v1/session/take-back", { secret: input.value });
      dialog.close();
      await taken(session);
    }, wrong);
  });
  dialog.append(form);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
