// What somebody has unfolded and typed in a page outlives that it is drawn anew.

const TYPED = "form[data-keep] [name]";

function nameOf(input) {
  return `${input.form.dataset.keep}/${input.name}`;
}

/** What is there now; call the answer once all has been drawn again. */
export function keep(root) {
  const open = new Map([...root.querySelectorAll("details[data-part]")].map((each) => [each.dataset.part, each.open]));
  const typed = new Map([...root.querySelectorAll(TYPED)].map((each) => [nameOf(each), each.value]));
  const focused = document.activeElement;
  const part = focused?.matches("summary") ? focused.parentElement.dataset.part : null;
  const field = focused?.form?.dataset.keep ? nameOf(focused) : null;
  return () => {
    for (const each of root.querySelectorAll("details[data-part]")) if (open.get(each.dataset.part)) each.open = true;
    for (const each of root.querySelectorAll(TYPED)) {
      if (typed.has(nameOf(each))) each.value = typed.get(nameOf(each));
      if (nameOf(each) === field) each.focus({ preventScroll: true });
    }
    if (part) root.querySelector(`details[data-part="${CSS.escape(part)}"] > summary`)?.focus({ preventScroll: true });
    if (document.activeElement === document.body) root.querySelector("h1")?.focus({ preventScroll: true });
  };
}
