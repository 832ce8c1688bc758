// A field to sign in by finger, pen or mouse: strokes as they were drawn, and the picture of them.

const INK = "#12263a";
// Points are of this field, however large a screen shows it and however it is turned meanwhile.
const FIELD = { width: 1280, height: 640 };

export class Pad {
  strokes = [];
  #stroke = null;
  #tool = "finger";
  #begun = 0;

  /** `changed()` is called after each stroke. */
  constructor(changed) {
    this.canvas = Object.assign(document.createElement("canvas"), FIELD, { className: "pad" });
    this.canvas.setAttribute("role", "img");
    this.changed = changed;
    this.canvas.addEventListener("pointerdown", (event) => this.#down(event));
    this.canvas.addEventListener("pointermove", (event) => this.#move(event));
    for (const end of ["pointerup", "pointercancel"]) this.canvas.addEventListener(end, () => this.#up());
  }

  /** How many of them were drawn. */
  get points() {
    return this.strokes.reduce((sum, stroke) => sum + stroke.length, 0);
  }

  clear() {
    this.strokes = [];
    this.#draw();
    this.changed();
  }

  /** As the service takes it. */
  signature() {
    return {
      canvas: FIELD,
      tool: this.#tool,
      strokes: this.strokes,
      image: this.canvas.toDataURL("image/png").split(",")[1],
    };
  }

  #point(event) {
    const { canvas } = this;
    const box = canvas.getBoundingClientRect();
    // Within its border; a stroke that leaves the field ends at the edge.
    const share = (at, side) => Math.min(1, Math.max(0, at / side));
    const x = share(event.clientX - box.left - canvas.clientLeft, canvas.clientWidth) * FIELD.width;
    const y = share(event.clientY - box.top - canvas.clientTop, canvas.clientHeight) * FIELD.height;
    const pressure = event.pointerType === "pen" ? { pressure: event.pressure } : {};
    return { x, y, t: Math.max(0, event.timeStamp - this.#begun), ...pressure };
  }

  #down(event) {
    if (this.#stroke || !event.isPrimary) return;
    event.preventDefault();
    this.canvas.setPointerCapture(event.pointerId);
    if (!this.strokes.length) {
      this.#begun = event.timeStamp;
      this.#tool = { touch: "finger", pen: "pen" }[event.pointerType] ?? "mouse";
    }
    this.#stroke = [this.#point(event)];
    this.strokes.push(this.#stroke);
  }

  #move(event) {
    if (!this.#stroke) return;
    const events = event.getCoalescedEvents?.() ?? [];
    for (const each of events.length ? events : [event]) this.#stroke.push(this.#point(each));
    this.#draw();
  }

  #up() {
    if (!this.#stroke) return;
    this.#stroke = null;
    this.#draw();
    this.changed();
  }

  #draw() {
    const pen = this.canvas.getContext("2d");
    pen.clearRect(0, 0, FIELD.width, FIELD.height);
    Object.assign(pen, { strokeStyle: INK, lineCap: "round", lineJoin: "round", lineWidth: FIELD.height / 80 });
    for (const stroke of this.strokes) {
      pen.beginPath();
      pen.moveTo(stroke[0].x, stroke[0].y);
      for (const point of stroke) pen.lineTo(point.x, point.y);
      pen.stroke();
    }
  }
}
