// A field to sign in by finger, pen or mouse: strokes as they were drawn, and the picture of them.

const INK = "#12263a";

export class Pad {
  strokes = [];
  #stroke = null;
  #tool = "finger";
  #begun = 0;

  /** `changed(isEmpty)` is called after each stroke. */
  constructor(canvas, changed) {
    this.canvas = canvas;
    this.changed = changed;
    canvas.addEventListener("pointerdown", (event) => this.#down(event));
    canvas.addEventListener("pointermove", (event) => this.#move(event));
    for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => this.#up());
    new ResizeObserver(() => this.#fit()).observe(canvas);
  }

  clear() {
    this.strokes = [];
    this.#draw();
    this.changed(true);
  }

  /** As the service takes it. */
  signature() {
    return {
      canvas: { width: this.canvas.width, height: this.canvas.height },
      tool: this.#tool,
      strokes: this.strokes,
      image: this.canvas.toDataURL("image/png").split(",")[1],
    };
  }

  #fit() {
    const scale = Math.min(window.devicePixelRatio || 1, 2);
    const [width, height] = [this.canvas.clientWidth, this.canvas.clientHeight].map((side) => Math.max(100, Math.round(side * scale)));
    if (width === this.canvas.width && height === this.canvas.height) return;
    Object.assign(this.canvas, { width, height });
    this.clear();
  }

  #point(event) {
    const box = this.canvas.getBoundingClientRect();
    const at = { x: ((event.clientX - box.left) * this.canvas.width) / box.width, y: ((event.clientY - box.top) * this.canvas.height) / box.height };
    const pressure = event.pointerType === "pen" ? { pressure: event.pressure } : {};
    return { ...at, t: Math.max(0, event.timeStamp - this.#begun), ...pressure };
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
    this.changed(false);
  }

  #draw() {
    const pen = this.canvas.getContext("2d");
    pen.clearRect(0, 0, this.canvas.width, this.canvas.height);
    Object.assign(pen, { strokeStyle: INK, lineCap: "round", lineJoin: "round", lineWidth: this.canvas.height / 70 });
    for (const stroke of this.strokes) {
      pen.beginPath();
      pen.moveTo(stroke[0].x, stroke[0].y);
      for (const point of stroke) pen.lineTo(point.x, point.y);
      pen.stroke();
    }
  }
}
