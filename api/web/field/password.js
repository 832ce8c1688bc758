// A person gives himself another password; the old one shows that it is he.

import { h, newId } from "./dom.js";

const SHORTEST = 12;

/** `run(button, error, work)` has `work` done and takes the session that comes of it. */
export function passwordForm({ net, words, login, run }) {
  const say = (name, given) => words.say(name, given);
  const error = h("p.error", { role: "alert" });
  const go = h("button.main", { type: "submit" }, say("new_password_go"));
  const field = (name, label, autocomplete, says = null) => {
    const id = newId();
    return h("div.field", {}, h("label", { for: id }, say(label)),
      h("input", { id, name, type: "password", autocomplete, maxlength: 200, "aria-describedby": says ? `${id}s` : null }),
      says ? h("p.quiet", { id: `${id}s` }, says) : null);
  };
  const form = h("form.card", { novalidate: true }, h("h1", { tabindex: -1 }, say("new_password")),
    // So that the tablet's own keeper of passwords knows whose it is.
    h("input", { name: "login", type: "hidden", autocomplete: "username", value: login }),
    field("old", "password_old", "current-password"),
    field("new", "password_new", "new-password", say("password_says", { count: SHORTEST })),
    field("again", "password_again", "new-password"),
    error, h("div.tools", {}, h("a.button", { href: "#" }, say("back")), go));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const { old, new: fresh, again } = form.elements;
    if (fresh.value !== again.value) {
      error.textContent = say("password_differs");
      again.focus();
      return;
    }
    run(go, error, () => net.post("/v1/session/password", { old: old.value, new: fresh.value }));
  });
  return form;
}
