// Fields out of the JSON Schema that the service itself reads by: labels, kinds, choices and limits
// are its own; what is wrong it says, and it is shown at the field it points at.

import { h, newId } from "./dom.js";
import { plain, printed, product, tiyn } from "./money.js";

const SUMS = { works: (row) => product(row.quantity, row.unit_price), materials: (row) => tiyn(row.to_pay),
  equipment: (row) => tiyn(row.price), incomplete: (row) => tiyn(row.compensation), complete: (row) => tiyn(row.price) };
const FOLDED = new Set(["operator_person"]);
const NOT_VERIFIED = "number_not_verified";
const UNSEEN = new Set(["Work.total", "Values.order_number"]);

export class Form {
  errors = [];
  #marks = new Map();

  /**
   * `words` speak; `changed()` is called at each change; `scan` reads a barcode, where the tablet
   * can, `verify` has a number verified. Whatever `value` holds beyond the schema stays as it is.
   */
  constructor({ schema, value, root, words, changed, scan = null, verify = null }) {
    Object.assign(this, { schema, value, root, words, changed, scan, verify });
    this.sums = [];
  }

  /** Anew, in the language of now: what is wrong stays marked, what was unfolded stays so. */
  draw() {
    this.sums = [];
    const unfolded = [...(this.element?.querySelectorAll("details[open]") ?? [])].map((each) => each.dataset.pointer);
    const box = h("div.fields", { on: { input: (event) => this.#heard(event.target) } });
    for (const [name, part] of this.#fields(this.schema)) {
      const field = this.#field(this.value, name, part, this.root, "Values");
      if (field) box.append(field);
    }
    this.element?.replaceWith(box);
    this.element = box;
    for (const pointer of unfolded) this.#at(pointer)?.setAttribute("open", "");
    this.#marks.clear();
    this.strange = this.errors.filter((each) => !this.#point(each));
    return box;
  }

  /** What the service found: of it what is here is shown, the next time that it is drawn. */
  tell(errors) {
    this.errors = errors.filter((each) => each.pointer === this.root || each.pointer.startsWith(`${this.root}/`));
  }

  #at(pointer) {
    return this.element.querySelector(`[data-pointer="${CSS.escape(pointer)}"]`);
  }

  /** Something came or went: all of it anew, and on with what `next` finds. */
  #again(next) {
    this.#changed();
    this.draw();
    next()?.focus();
  }

  #firstOf(pointer) {
    return this.#at(pointer)?.querySelector("input, select, textarea");
  }

  /** Rows have other places now: what was wrong at the old ones is found by the next look. */
  #forget(pointer) {
    this.errors = this.errors.filter((each) => !each.pointer.startsWith(`${pointer}/`));
  }

  #point(error) {
    let pointer = error.pointer;
    while (pointer.length >= this.root.length) {
      const field = this.#at(pointer);
      if (field) {
        const input = field.querySelector("input, select, textarea, button");
        if (input) this.#mark(field, input, error);
        else field.append(h("p.error", {}, error.message));
        for (let up = field.closest("details"); up; up = up.parentElement.closest("details")) up.open = true;
        return true;
      }
      if (!pointer.includes("/")) return false;
      pointer = pointer.slice(0, pointer.lastIndexOf("/"));
    }
    return false;
  }

  #mark(field, input, error) {
    const id = newId("e");
    field.append(h("p.error", { id }, error.message));
    input.setAttribute("aria-invalid", "true");
    input.setAttribute("aria-describedby", id);
    this.#marks.set(input, error);
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
    this.errors = this.errors.filter((each) => each !== this.#marks.get(input));
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
      ? h("button.plain", { type: "button", on: { click: () => this.scan((code) => { input.value = code; this.#heard(input); set(code); }, (why) => { this.#heard(input); this.#mark(input.closest("[data-pointer]"), input, { message: why }); input.focus(); }) } }, this.words.say("scan"))
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
    if (place.optional && !holder[name]) return this.#groupless({ holder, name, ...place });
    holder[name] ??= {};
    const folded = FOLDED.has(name);
    const short = folded ? h("span.quiet", {}, ` ${holder[name].full_name ?? ""}`) : null;
    const box = folded
      ? h("details", { data: { pointer: place.root } }, h("summary", {}, place.label, short))
      : h("fieldset", { data: { pointer: place.root } }, h("legend", {}, place.label));
    for (const [each, part] of Object.entries(kind.properties)) {
      const field = this.#field(holder[name], each, part, place.root, kind.kind);
      if (field) box.append(field);
    }
    if (place.optional) box.append(this.#groupRemover({ holder, name, ...place }));
    return box;
  }

  /** What can be added; where it is wanting because a number is not verified, that is done first. */
  #groupless({ holder, name, ...place }) {
    const made = () => {
      holder[name] = {};
      this.#again(() => this.#firstOf(place.root));
    };
    const isUnverified = this.verify && this.errors.some((each) => each.code === NOT_VERIFIED && each.pointer === place.root);
    const verify = isUnverified ? h("button.plain", { type: "button", on: { click: () => this.verify() } }, this.words.say("verify_go")) : null;
    return h("div.field", { data: { pointer: place.root } }, verify, h("button.plain", { type: "button", on: { click: made } }, `+ ${place.label}`));
  }

  #groupRemover({ holder, name, ...place }) {
    const gone = () => {
      delete holder[name];
      this.#forget(place.root);
      this.#again(() => this.#at(place.root).querySelector("button"));
    };
    const label = `${this.words.say("remove")}: ${place.label}`;
    return h("div.tools", {}, h("button.plain", { type: "button", "aria-label": label, on: { click: gone } }, this.words.say("remove")));
  }

  #list({ holder, name, ...place }, kind) {
    const items = this.#followed(kind.items);
    if (items.enum) return this.#boxes({ holder, name, ...place }, items);
    const rows = (holder[name] ??= []);
    const box = h("fieldset.rows", { data: { pointer: place.root } }, h("legend", {}, place.label));
    rows.forEach((row, at) => box.append(this.#rowOf({ rows, row, at, name, ...place }, items)));
    const total = h("output.total", { "aria-live": "polite" });
    if (SUMS[name]) {
      this.sums.push(() => {
        const amount = rows.map(SUMS[name]).reduce((sum, each) => sum + (each ?? 0n), 0n);
        total.textContent = rows.length ? `${this.words.say("total")}: ${printed(amount)} ₸` : "";
      });
    }
    const added = () => {
      rows.push({});
      this.#again(() => this.#firstOf(`${place.root}/${rows.length - 1}`));
    };
    box.append(h("div.tools", {}, h("button.plain", { type: "button", on: { click: added } }, `+ ${this.words.say("add")}`), total));
    for (const sum of this.sums) sum();
    return box;
  }

  #rowOf({ rows, row, at, name, ...place }, items) {
    const root = `${place.root}/${at}`;
    const sum = h("output");
    if (name === "works") this.sums.push(() => { const amount = SUMS.works(row); sum.textContent = amount === null ? "" : `${printed(amount)} ₸`; });
    const cells = h("div.cells");
    for (const [each, part] of Object.entries(items.properties)) {
      const field = this.#field(row, each, part, root, items.kind);
      if (field) cells.append(field);
    }
    return h("div.row", { data: { pointer: root } }, h("div.tools", {}, h("p.number", {}, `${at + 1}`), sum, this.#rowTools({ rows, row, at, ...place })), cells);
  }

  #rowTools({ rows, row, at, ...place }) {
    const copied = () => {
      // No two devices share a serial number: that of the copy is the next to be typed.
      rows.splice(at + 1, 0, { ...structuredClone(row), ...("serial" in row ? { serial: "" } : {}) });
      this.#forget(place.root);
      this.#again(() => this.#firstOf(`${place.root}/${at + 1}/serial`) ?? this.#firstOf(`${place.root}/${at + 1}`));
    };
    const gone = () => {
      rows.splice(at, 1);
      this.#forget(place.root);
      const left = `${place.root}/${Math.min(at, rows.length - 1)}`;
      this.#again(() => this.#at(left)?.querySelector(".tools button:last-child") ?? this.#at(place.root).querySelector(":scope > .tools button"));
    };
    const named = (word) => ({ type: "button", "aria-label": `${this.words.say(word)}: ${place.label} ${at + 1}` });
    return [h("button.plain", { ...named("copy"), on: { click: copied } }, this.words.say("copy")),
      h("button.plain", { ...named("remove"), on: { click: gone } }, this.words.say("remove"))];
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
