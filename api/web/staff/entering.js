// Signing in to a page of the staff: by a password, or by the operator's identity provider.

import { h, newId } from "./dom.js";

const REFUSED = /^#refused=(\w+)$/;

/** What is said to one whom the provider has sent back in vain; nothing to others, and only once. */
export function refusal(words) {
  const [, code] = REFUSED.exec(location.hash) ?? [];
  if (!code) return "";
  history.replaceState(null, "", location.pathname + location.search);
  return words.say(code === "provider_unavailable" ? "provider_away" : "provider_refused");
}

/** Out to the provider, and back to this very place. */
function wayOut() {
  const place = location.hash.startsWith("#/") ? location.hash : "";
  return `/v1/session/openid?to=${encodeURIComponent(location.pathname + place)}`;
}

/**
 * The form. `told` is what brought somebody here, `run(control, says, work, form)` does it once, and
 * `entered` takes the session.
 */
export function signInForm({ net, words, openid, told, run, entered }) {
  const [login, password] = [newId(), newId()];
  const error = h("p.error", { role: "alert" }, told);
  const go = h("button.main", { type: "submit" }, words.say("sign_in"));
  const form = h("form.card", { novalidate: true }, h("h1", { tabindex: -1 }, words.say("sign_in_title")),
    h("div.field", {}, h("label", { for: login }, words.say("login")), h("input", { id: login, name: "login", autocomplete: "username", autocapitalize: "none", spellcheck: "false" })),
    h("div.field", {}, h("label", { for: password }, words.say("password")), h("input", { id: password, name: "password", type: "password", autocomplete: "current-password" })),
    error, go,
    openid ? h("a.button", { href: wayOut() }, words.say("sign_in_openid")) : null);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    run(go, error, async () => {
      const body = { login: form.elements.login.value, password: form.elements.password.value };
      await entered(await net.post("/v1/session", body));
    }, form);
  });
  return form;
}
