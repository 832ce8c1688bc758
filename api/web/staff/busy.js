// A control at work: not to be touched twice, and after a second somebody is told what he waits for.

const A_SECOND = 1000;

/** Sentences one after another, each with its end. */
export function sentences(parts) {
  return parts.filter(Boolean).map((each) => (/[.!?…:]$/.test(each) ? each : `${each}.`)).join(" ");
}

/** What went wrong, for people. */
export function told(problem, words) {
  if (problem.isOffline) return words.say("unreachable");
  const parts = [problem.title, problem.detail, ...(problem.errors ?? []).map((each) => each.message)];
  return sentences(parts) || words.say("failed");
}

/**
 * Have it work; `says` is where it says that it is still at it, and what went wrong. `refused` may
 * take a problem for itself, and then answers true.
 */
export async function busy(control, says, { words, refused = () => false }, work) {
  if (control.disabled) return;
  control.disabled = true;
  control.setAttribute("aria-busy", "true");
  const quiet = () => {
    clearTimeout(slow);
    delete says.dataset.waits;
    says.textContent = "";
  };
  const slow = setTimeout(() => {
    says.dataset.waits = "";
    says.textContent = words.say("working");
  }, A_SECOND);
  says.textContent = "";
  try {
    await work();
    if ("waits" in says.dataset) quiet();
  } catch (problem) {
    quiet();
    if (!refused(problem)) says.textContent = told(problem, words);
  } finally {
    clearTimeout(slow);
    control.disabled = false;
    control.removeAttribute("aria-busy");
    if (control.isConnected && (document.activeElement === document.body || control.matches("input"))) control.focus();
  }
}
