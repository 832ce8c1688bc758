// The page of signing: a ticket is opened after a gesture, papers are read, a code is typed.

import { newName } from "../modules/asking.js";
import { Client } from "../modules/client.js";
import { CodeEntry, Countdown } from "../modules/code.js";
import { Frame } from "../modules/frame.js";
import { Words, languageSwitch } from "../modules/language.js";
import { PageView } from "../modules/pages.js";
import { wear } from "../modules/theme.js";

const ROOT = "/v1/sign";
const LOOK_AGAIN = 2000;
const WARN_BEFORE = 120_000;
const SIGN_OF_LIFE = 60_000;
const GONE = new Set(["ticket_expired", "ticket_used", "ticket_locked", "ticket_not_found"]);
const NEW_CODE = new Set(["code_gone"]);
const NOT_OF_CODE = new Set(["session_over", "move_not_allowed"]);

const $ = (id) => document.getElementById(id);
const root = document.documentElement;
const asked = new URLSearchParams(location.search).get("lang");
const words = new Words(JSON.parse($("words").textContent), asked ?? root.lang);
const client = new Client(() => words.language);
const frame = new Frame(root.dataset.framer);

let ticket = location.hash.slice(1);
let session = null;
let signing = null;
let views = [];
let screen = null;
let said = null;
let attempt = null;
let lastLife = 0;
let sealLook = null;
let untilAgain = 0;
let wish = null;
let warning = null;
let isSaid = false;
const resend = new Countdown();
const entry = new CodeEntry($("code"), () => confirm());

// --- screens -----------------------------------------------------------------------------

function show(name) {
  if (screen === name) return;
  screen = name;
  for (const each of document.querySelectorAll("[data-screen]")) each.hidden = each.dataset.screen !== name;
  window.scrollTo({ top: 0, behavior: "instant" });
  document.querySelector(`[data-screen="${name}"] h1`).focus({ preventScroll: true });
}

/** Everything that is said in a language and may change with what is known. */
function tellAll() {
  words.apply();
  document.title = words.say("title");
  said?.();
  tellResend(untilAgain);
  if (signing) tellPapers();
}

function over(title, detail, retry = null) {
  said = () => {
    $("over-title").textContent = title();
    $("over-says").textContent = detail();
  };
  $("retry").hidden = retry === null;
  $("retry").onclick = retry;
  said();
  closeAll();
  show("over");
}

/** What the service said in one language it is asked again in the other. */
function askedAnew() {
  if (screen === "over") show("welcome");
}

function wait(which) {
  said = () => {
    $("waiting-title").textContent = words.say(`wait_${which}`);
    $("waiting-says").textContent = words.say(`wait_${which}_says`);
  };
  said();
  show("waiting");
}

function closeAll() {
  entry.stop();
  resend.stop();
  views.forEach((view) => view.close());
  views = [];
  clearTimeout(sealLook);
}

/** A refusal that ends the page, or null where it may go on. */
function ended(problem) {
  if (problem.code === "session_over") {
    client.drop();
    session = null;
    const again = !frame.isFramed && ticket ? () => show("welcome") : null;
    over(() => words.say("session_over"), () => words.say(again ? "session_over_says" : "session_over_frame"), again);
    frame.tell("error", { code: "session_over", renewable: true });
    return true;
  }
  if (GONE.has(problem.code)) {
    const isLate = frame.isFramed && problem.code === "ticket_expired";
    const which = isLate ? "late_frame" : problem.code;
    over(() => words.say(which), () => words.say(`${which}_says`));
    frame.tell("error", { code: problem.code, renewable: true });
    return true;
  }
  if (problem.code === "move_not_allowed" && session) {
    // While the page was read, the time ran out, or somebody elsewhere signed, declined, withdrew.
    again(look);
    return true;
  }
  return false;
}

function sentence(problem) {
  if (problem.code === "offline") return words.say("offline");
  return [problem.title?.replace(/[.!]?$/, "."), problem.detail].filter(Boolean).join(" ");
}

/** Do what a button is for: once at a time, its refusals told beside it. */
async function doing(button, error, work) {
  button.disabled = true;
  error.textContent = "";
  try {
    await work();
  } catch (problem) {
    if (!problem.code) throw problem;
    if (!ended(problem)) error.textContent = sentence(problem);
  } finally {
    button.disabled = false;
  }
}

// --- the session -------------------------------------------------------------------------

async function open() {
  $("open").disabled = true;
  try {
    hold(await client.post(`${ROOT}/session`, { ticket }));
    client.hold(session.session);
    // Of a ticket that is good for once nothing is left to be copied.
    if (session.kind === "embed") history.replaceState(null, "", location.pathname + location.search);
    if (session.needs_proof) return show("proof");
    await look();
  } catch (problem) {
    if (!problem.code) throw problem;
    if (ended(problem)) return;
    if (problem.code === "move_not_allowed") return finished(problem.told.state);
    over(() => problem.title || words.say("offline_title"), () => sentence(problem), () => show("welcome"));
    if (problem.code !== "offline") said = askedAnew;
    frame.tell("error", { code: problem.code, renewable: false });
  } finally {
    $("open").disabled = false;
  }
}

function hold(told) {
  session = { ...session, ...told, session: told.session ?? session?.session };
  lastLife = Date.now();
  frame.name(session.id);
  $("banner").hidden = true;
  clearTimeout(warning);
  const left = client.local(session.expires_at) - Date.now();
  warning = setTimeout(warn, Math.max(0, left - WARN_BEFORE));
}

function warn() {
  if (!session) return;
  $("banner").textContent = words.say("expiring");
  $("banner").hidden = false;
  frame.tell("session-expiring", { expires_at: session.expires_at });
  clearTimeout(warning);
  warning = setTimeout(() => session && prolong(true), Math.max(1000, client.local(session.expires_at) - Date.now() + 500));
}

/** Somebody is here, or the portal says so: at most once a minute. */
async function prolong(certainly = false) {
  if (!session || (!certainly && Date.now() - lastLife < SIGN_OF_LIFE)) return;
  lastLife = Date.now();
  try {
    hold(await client.post(`${ROOT}/session/prolonged`));
  } catch (problem) {
    if (problem.code) ended(problem);
  }
}

async function prove(event) {
  event.preventDefault();
  const button = event.submitter ?? event.target.querySelector("button");
  await doing(button, $("proof-error"), async () => {
    const iin_end = $("iin-end").value;
    if (!/^[0-9]{4}$/.test(iin_end)) {
      $("proof-error").textContent = words.say("proof_digits");
      return $("iin-end").focus();
    }
    try {
      hold(await client.post(`${ROOT}/proof`, { iin_end }));
    } catch (problem) {
      $("iin-end").value = "";
      $("iin-end").focus();
      throw problem;
    }
    $("iin-end").value = "";
    await look();
  });
}

// --- what there is to sign ---------------------------------------------------------------

async function look() {
  signing = await client.get(`${ROOT}/envelope`);
  $("trial").hidden = !signing.test;
  const state = signing.state;
  if (state === "draft") {
    wait("draft");
    sealLook = setTimeout(() => again(look), LOOK_AGAIN);
  } else if (state === "ready" || state === "code_sent") {
    papers();
  } else if (state === "confirmed" || state === "sealed") {
    signed();
  } else {
    finished(state);
  }
}

/** Ask once more later, whatever happened on the way. */
async function again(work) {
  try {
    await work();
  } catch (problem) {
    if (!problem.code) throw problem;
    if (!ended(problem)) sealLook = setTimeout(() => again(work), 2 * LOOK_AGAIN);
  }
}

function finished(state) {
  signing = null;
  const known = ["declined", "expired", "void"].includes(state) ? state : "void";
  over(() => words.say(`over_${known}`), () => words.say(`over_${known}_says`));
  frame.tell(known === "void" ? "error" : known, known === "void" ? { code: "void", renewable: false } : {});
}

function papers() {
  said = null;
  const list = $("papers");
  views.forEach((view) => view.close());
  list.replaceChildren();
  views = signing.documents.map((paper) => view(list, paper));
  $("code-form").hidden = true;
  $("before-code").hidden = false;
  tellPapers();
  show("papers");
  if (signing.challenge && client.local(signing.challenge.expires_at) > Date.now()) codeIsOut(signing.challenge);
}

function view(list, paper) {
  const item = document.createElement("li");
  item.className = "paper";
  const [title, about, sheets] = ["h2", "p", "div"].map((name) => document.createElement(name));
  about.className = "quiet";
  sheets.className = "sheets";
  item.append(title, about, sheets);
  list.append(item);
  const place = `${ROOT}/documents/${paper.id}/pages`;
  const shown = new PageView(sheets, {
    pages: paper.pages,
    picture: (page, width) => client.blob(`${place}/${page}?version=frozen&width=${width}`),
    text: async (page) => (await client.get(`${place}/${page}/text?version=frozen`)).lines,
    label: (page) => words.say("page", { page, pages: paper.pages }),
    again: () => words.say("page_again"),
    seen: () => frame.tell("document-viewed", { document: paper.id, number: paper.number }),
  });
  shown.tell = () => {
    title.textContent = paper.title[words.language];
    about.textContent = paper.number;
    shown.relabel();
  };
  return shown;
}

function tellPapers() {
  const { language } = words;
  const count = signing.documents.length;
  $("papers-says").textContent = words.say(count === 1 ? "papers_one" : "papers_many", { count, order: signing.order_number });
  $("consent").textContent = signing.consent.texts[language];
  $("consent").lang = language;
  $("consent-mark").textContent = words.say("consent_mark", {
    version: signing.consent.version, sha256: signing.consent.sha256[language],
  });
  // A number is read in one piece: no line breaks within it.
  const phone = signing.phone.replaceAll(" ", "\u00a0").replaceAll("-", "\u2011");
  $("code-goes").textContent = words.say("code_goes", { phone });
  const isSure = signing.challenge?.delivery !== "unknown";
  $("code-sent").textContent = words.say(isSure ? "code_sent" : "code_perhaps", { phone });
  views.forEach((each) => each.tell());
}

// --- the code ----------------------------------------------------------------------------

async function send(button) {
  await doing(button, $("act-error"), async () => {
    wish ??= newName();
    try {
      const { challenge } = await client.post(`${ROOT}/code`, { language: words.language }, { once: wish });
      wish = null;
      codeIsOut(challenge);
      frame.tell("code-sent", { expires_at: challenge.expires_at, resend_at: challenge.resend_at });
    } catch (problem) {
      if (problem.code !== "offline") wish = null;
      if (problem.code === "already_confirmed") return again(look);
      if (!NOT_OF_CODE.has(problem.code)) frame.tell("code-failed", { code: problem.code, attempts_left: null });
      if (problem.retryAfter) resend.start(Date.now() + problem.retryAfter * 1000, tellResend);
      throw problem;
    }
  });
  // `doing` frees the button; until the wait is over it is not free.
  if (untilAgain > 0) tellResend(untilAgain);
}
function codeIsOut(challenge) {
  signing.challenge = challenge;
  tellPapers();
  $("before-code").hidden = true;
  $("code-form").hidden = false;
  entry.disabled = false;
  attempt = null;
  resend.start(client.local(challenge.resend_at), tellResend);
  entry.clear();
  entry.listen();
}

function tellResend(left) {
  untilAgain = left;
  for (const name of ["send", "again"]) {
    $(name).disabled = left > 0;
    $(name).textContent = left > 0 ? words.say("again_in", { seconds: left }) : words.say(name);
  }
}

async function confirm() {
  const code = $("code").value;
  if (!/^[0-9]{6}$/.test(code)) {
    $("act-error").textContent = words.say("code_digits");
    return $("code").focus();
  }
  if ($("confirm").disabled) return;
  await doing($("confirm"), $("act-error"), async () => {
    // The same code after a lost answer is the same attempt.
    if (attempt?.code !== code) attempt = { code, id: newName() };
    const language = words.language;
    try {
      const told = await client.post(`${ROOT}/confirmation`, {
        code, attempt_id: attempt.id, language, consent_sha256: signing.consent.sha256[language],
      });
      tellSigned(told.confirmed_at);
      await again(look);
    } catch (problem) {
      if (problem.code === "already_confirmed") return again(look);
      if (problem.code !== "offline") {
        attempt = null;
        entry.clear();
        if (!NOT_OF_CODE.has(problem.code)) {
          frame.tell("code-failed", { code: problem.code, attempts_left: problem.attemptsLeft });
        }
      }
      if (!NEW_CODE.has(problem.code) && problem.attemptsLeft !== 0) throw problem;
      entry.stop();
      signing.challenge = null;
      $("code-form").hidden = true;
      $("before-code").hidden = false;
      if (NEW_CODE.has(problem.code)) throw problem;
      $("act-error").textContent = words.say("code_spent");
      $("send").focus();
    }
  });
}

async function decline(event) {
  event.preventDefault();
  const reason = $("reason").value.trim();
  if (!reason) {
    $("decline-error").textContent = words.say("decline_reason");
    return $("reason").focus();
  }
  await doing(event.submitter ?? event.target.querySelector("button"), $("decline-error"), async () => {
    await client.post(`${ROOT}/decline`, { reason });
    finished("declined");
  });
}

// --- the end -----------------------------------------------------------------------------

/** Once to a portal, also where it was signed in another window. */
function tellSigned(confirmed_at) {
  if (!isSaid) frame.tell("signed", { confirmed_at });
  isSaid = true;
}

function signed() {
  closeAll();
  tellSigned(signing.confirmed_at);
  const isSealed = signing.state === "sealed";
  said = () => {
    $("done-title").textContent = words.say(isSealed ? "done_sealed" : "done_signed");
    $("done-says").textContent = words.say(isSealed ? "done_sealed_says" : "done_signed_says");
    $("files").replaceChildren(...(isSealed ? signing.documents.map(file) : []));
  };
  said();
  show("done");
  if (isSealed) {
    frame.tell("sealed", { sealed_at: signing.seal?.sealed_at ?? null });
  } else {
    sealLook = setTimeout(() => again(look), LOOK_AGAIN);
  }
}

function file(paper) {
  const item = document.createElement("li");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "plain";
  button.textContent = words.say("download", { title: paper.title[words.language] });
  button.append(Object.assign(document.createElement("small"), { textContent: `${paper.number}.pdf` }));
  button.addEventListener("click", () => doing(button, $("file-error"), () => download(paper)));
  item.append(button);
  return item;
}

async function download(paper) {
  const blob = await client.blob(`${ROOT}/documents/${paper.id}/pdf?version=sealed`);
  const link = Object.assign(document.createElement("a"), {
    href: URL.createObjectURL(blob), download: `${paper.number}.pdf`,
  });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

// --- the beginning -----------------------------------------------------------------------

languageSwitch(document.querySelector(".languages"), words);
words.onSwitch(() => {
  tellAll();
  // What was said of an error was said in the other language.
  for (const each of document.querySelectorAll(".error")) each.textContent = "";
});
$("open").addEventListener("click", open);
$("proof").addEventListener("submit", prove);
$("send").addEventListener("click", () => send($("send")));
$("again").addEventListener("click", () => send($("again")));
$("code-form").addEventListener("submit", (event) => {
  event.preventDefault();
  confirm();
});
$("decline").addEventListener("submit", decline);
for (const kind of ["pointerdown", "keydown", "scroll"]) {
  window.addEventListener(kind, () => prolong(), { passive: true });
}
new IntersectionObserver(([act]) => {
  $("bar").hidden = screen !== "papers" || act.isIntersecting;
}).observe($("act"));
frame.listen({
  "keep-alive": () => prolong(),
  configure: ({ language, theme }) => {
    wear(theme);
    words.switchTo(language);
  },
});
root.classList.toggle("framed", frame.isFramed);
frame.watchHeight($("page"));
tellAll();
if (ticket) {
  show("welcome");
} else {
  over(() => words.say("no_ticket"), () => words.say("no_ticket_says"));
}
frame.tell("ready");
