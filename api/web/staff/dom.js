// Elements, short to write.

/** `h("button.main", {type: "button", on: {click}}, "text", child)` */
export function h(kind, given = {}, ...children) {
  const [tag, ...classes] = kind.split(".");
  const element = document.createElement(tag);
  if (classes.length) element.className = classes.join(" ");
  const { on = {}, data = {}, ...attributes } = given;
  for (const [name, listener] of Object.entries(on)) element.addEventListener(name, listener);
  Object.assign(element.dataset, data);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

let count = 0;

/** An id that is new on this page. */
export function newId(prefix = "f") {
  count += 1;
  return `${prefix}${count}`;
}
