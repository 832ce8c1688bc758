// Fields out of the JSON Schema that the service itself reads by: labels, kinds, choices and limits
// are its own; what is wrong it says, and it is shown at the field it points at.

import { h, newId } from "./dom.js";
import { plain, printed, product, tiyn } from "./money.js";

const SUMS = { works: (row) => product(row.quantity, row.unit_price), materials: (row) => tiyn(row.to_pay),
  equipment: (row) => tiyn(row.price), incomplete: (row) => tiyn(row.compensation), complete: (row) => tiyn(row.price) };
const FOLDED = new Set(["operator_person"]);
const UNSEEN = new Set(["Work.total", "Values.order_number"]);

export class Form {
  /**
   * `words` speak; `changed()` is called at each change; `scan` reads a barcode, where the tablet
   * can. Whatever `value` holds beyond the schema stays as it is.
   */
  constructor({ schema, value, root, words, changed, scan = null }) {
    Object.assign(this, { schema, value, root, words, changed, scan });
    this.sums = [];
  }

  draw() {
    this.sums = [];
    const box = h("div.fields", { on: { input: (event) => this.#heard(event.target) } });
    for (const [name, part] of this.#fields(this.schema)) {
      const field = this.#field(this.value, name, part, this.root, "Values");
      if (field) box.append(field);
    }
    this.element?.replaceWith(box);
    this.element = box;
    return box;
  }

  /** Show what the service found; the pointers that no field here has. */
  tell(errors) {
    for (const each of this.element.querySelectorAll(".error")) each.remove();
    for (const each of this.element.querySelectorAll("[aria-invalid]")) {
      each.removeAttribute("aria-invalid");
      each.removeAttribute("aria-describedby");
    }
    const strange = [];
    for (const error of errors) if (!this.#point(error)) strange.push(error);
    return strange;
  }

  #point(error) {
    if (!error.pointer.startsWith(this.root)) return false;
    let pointer = error.pointer;
    while (pointer.length >= this.root.length) {
      const field = this.element.querySelector(`[data-pointer="${CSS.escape(pointer)}"]`);
      if (field) {
        const input = field.querySelector("input, select, textarea, button");
        if (input) this.#mark(field, input, error.message);
        else field.append(h("p.error", {}, error.message));
        for (let up = field.closest("details"); up; up = up.parentElement.closest("details")) up.open = true;
        return true;
      }
      if (!pointer.includes("/")) return false;
      pointer = pointer.slice(0, pointer.lastIndexOf("/"));
    }
    return false;
  }

  #mark(field, input, why) {
    const id = newId("e");
    field.append(h("p.error", { id }, why));
    input.setAttribute("aria-invalid", "true");
    input.setAttribute("aria-describedby", id);
  }

  #fields(schema) {
    return Object.entries(this.#followed(schema).properties ?? {});
  }

  #followed(part) {
    const name = part.$ref?.split("/").at(-1);
    return name ? { kind: name, ...this.schema.$defs[name], ...part, $ref: undefined } : part;
  }

  #label(name, part) {
    return part["x-labels"]?.[this.words.language] ?? part.title ?? name;
  }

  /** Whoever changes a field has heard what was wrong with it. */
  #heard(input) {
    if (input.getAttribute("aria-invalid") !== "true") return;
    document.getElementById(input.getAttribute("aria-describedby"))?.remove();
    input.removeAttribute("aria-invalid");
    input.removeAttribute("aria-describedby");
  }

  #changed() {
    for (const sum of this.sums) sum();
    this.changed();
  }

  #field(holder, name, given, root, kind) {
    if (UNSEEN.has(`${kind}.${name}`)) return null;
    const part = this.#followed(given);
    const kinds = (part.anyOf ?? [part]).map((each) => this.#followed(each));
    const real = kinds.filter((each) => each.type !== "null");
    const optional = real.length < kinds.length;
    const place = { holder, name, root: `${root}/${name}`, label: this.#label(name, given), optional, part };
    const bilingual = real.find((each) => each.properties?.kk && each.properties?.ru);
    const text = real.find((each) => each.type === "string");
    if (bilingual && text) return this.#bilingual(place, text);
    const first = real[0];
    if (first.enum) return this.#choice(place, first);
    if (first.type === "array") return this.#list(place, first);
    if (first.type === "object") return this.#group(place, first);
    if (first.type === "boolean") return this.#flag(place);
    return this.#input(place, real);
  }

  #row(place, id, ...inside) {
    const star = place.optional ? h("span.quiet", {}, ` · ${this.words.say("optional")}`) : null;
    return h("div.field", { data: { pointer: place.root } }, h("label", { for: id }, place.label, star), ...inside);
  }

  #input({ holder, name, part, ...place }, real) {
    const id = newId();
    const text = real.find((each) => each.type === "string");
    const isNumber = real.some((each) => each.type === "number" || each.type === "integer");
    const isWhole = real.every((each) => each.type === "integer");
    const isDay = text?.format === "date";
    const isMoment = text?.format === "date-time";
    const long = (text?.maxLength ?? 0) > 400;
    const set = (value) => {
      holder[name] = value === "" ? undefined : isWhole ? Number(value) : isNumber ? plain(value) : isMoment ? `${value}:00+05:00` : value;
      if (holder[name] === undefined) delete holder[name];
      this.#changed();
    };
    const known = holder[name] ?? "";
    const input = h(long ? "textarea" : "input", {
      id, type: long ? null : isDay ? "date" : isMoment ? "datetime-local" : "text",
      rows: long ? 3 : null, maxlength: text?.maxLength, autocomplete: "off",
      inputmode: isWhole ? "numeric" : isNumber ? "decimal" : name === "iin" ? "numeric" : name === "phone" ? "tel" : null,
      on: { input: (event) => set(event.target.value) },
    });
    input.value = isMoment ? String(known).slice(0, 16) : String(known);
    const camera = name === "serial" && this.scan
      ? h("button.plain", { type: "button", on: { click: () => this.scan((code) => { input.value = code; this.#heard(input); set(code); }, (why) => { this.#heard(input); this.#mark(input.closest("[data-pointer]"), input, why); input.focus(); }) } }, this.words.say("scan"))
      : null;
    return this.#row({ ...place, root: place.root }, id, camera ? h("div.joined", {}, input, camera) : input);
  }

  #bilingual({ holder, name, ...place }, text) {
    const known = holder[name];
    if (known && typeof known === "object") {
      const box = h("div.both", { data: { pointer: place.root } });
      for (const language of ["kk", "ru"]) {
        const label = `${place.label} · ${this.words.say(`in_${language}`)}`;
        box.append(this.#input({ holder: known, name: language, label, root: `${place.root}/${language}` }, [text]));
      }
      return box;
    }
    return this.#input({ holder, name, ...place }, [text]);
  }

  #choice({ holder, name, ...place }, kind) {
    const id = newId();
    const select = h("select", {
      id, on: { change: () => { holder[name] = select.value || undefined; if (!select.value) delete holder[name]; this.#changed(); } },
    });
    select.append(h("option", { value: "" }, "—"));
    for (const value of kind.enum) select.append(h("option", { value }, kind["x-texts"]?.[value]?.[this.words.language] ?? value));
    select.value = holder[name] ?? "";
    return this.#row(place, id, select);
  }

  #flag({ holder, name, ...place }) {
    const id = newId();
    const input = h("input", { id, type: "checkbox", on: { change: () => { holder[name] = input.checked; this.#changed(); } } });
    input.checked = Boolean(holder[name]);
    if (holder[name] === undefined && !place.optional) holder[name] = place.part.default ?? false;
    return h("div.field.flag", { data: { pointer: place.root } }, input, h("label", { for: id }, place.label));
  }

  #group({ holder, name, ...place }, kind) {
    const made = () => (holder[name] ??= {});
    const inside = (box) => {
      for (const [each, part] of Object.entries(kind.properties)) {
        const field = this.#field(holder[name], each, part, place.root, kind.kind);
        if (field) box.append(field);
      }
      return box;
    };
    if (place.optional && !holder[name]) {
      const box = h("div.field", { data: { pointer: place.root } });
      box.append(h("button.plain", { type: "button", on: { click: () => { made(); this.#changed(); this.draw(); } } }, `+ ${place.label}`));
      return box;
    }
    made();
    if (!FOLDED.has(name)) return inside(h("fieldset", { data: { pointer: place.root } }, h("legend", {}, place.label)));
    const short = h("span.quiet", {}, ` ${holder[name].full_name ?? ""}`);
    return inside(h("details", { data: { pointer: place.root } }, h("summary", {}, place.label, short)));
  }

  #list({ holder, name, ...place }, kind) {
    const items = this.#followed(kind.items);
    if (items.enum) return this.#boxes({ holder, name, ...place }, items);
    const rows = (holder[name] ??= []);
    const box = h("fieldset.rows", { data: { pointer: place.root } }, h("legend", {}, place.label));
    const again = () => { this.#changed(); this.draw(); };
    rows.forEach((row, at) => {
      const card = h("div.row", { data: { pointer: `${place.root}/${at}` } });
      const number = h("p.number", {}, `${at + 1}`);
      const sum = h("output");
      const copy = h("button.plain", { type: "button", "aria-label": `${this.words.say("copy")}: ${place.label} ${at + 1}`,
        on: { click: () => { rows.splice(at + 1, 0, { ...structuredClone(row), ...("serial" in row ? { serial: "" } : {}) }); again(); } } }, this.words.say("copy"));
      const gone = h("button.plain", { type: "button", "aria-label": `${this.words.say("remove")}: ${place.label} ${at + 1}`,
        on: { click: () => { rows.splice(at, 1); again(); } } }, this.words.say("remove"));
      card.append(h("div.tools", {}, number, sum, copy, gone));
      const inside = h("div.cells");
      for (const [each, part] of Object.entries(items.properties)) {
        const field = this.#field(row, each, part, `${place.root}/${at}`, items.kind);
        if (field) inside.append(field);
      }
      card.append(inside);
      box.append(card);
      if (name === "works") this.sums.push(() => { const amount = SUMS.works(row); sum.textContent = amount === null ? "" : `${printed(amount)} ₸`; });
    });
    const total = h("output.total", { "aria-live": "polite" });
    if (SUMS[name]) {
      this.sums.push(() => {
        const amount = rows.map(SUMS[name]).reduce((sum, each) => sum + (each ?? 0n), 0n);
        total.textContent = rows.length ? `${this.words.say("total")}: ${printed(amount)} ₸` : "";
      });
    }
    const add = h("button.plain", { type: "button", on: { click: () => { rows.push({}); again(); } } }, `+ ${this.words.say("add")}`);
    box.append(h("div.tools", {}, add, total));
    for (const sum of this.sums) sum();
    return box;
  }

  #boxes({ holder, name, ...place }, items) {
    const box = h("fieldset", { data: { pointer: place.root } }, h("legend", {}, place.label));
    for (const value of items.enum) {
      const id = newId();
      const input = h("input", { id, type: "checkbox", on: { change: () => {
        const chosen = new Set(holder[name] ?? []);
        if (input.checked) chosen.add(value); else chosen.delete(value);
        holder[name] = items.enum.filter((each) => chosen.has(each));
        this.#changed();
      } } });
      input.checked = (holder[name] ?? []).includes(value);
      box.append(h("div.field.flag", {}, input, h("label", { for: id }, items["x-texts"]?.[value]?.[this.words.language] ?? value)));
    }
    return box;
  }
}
