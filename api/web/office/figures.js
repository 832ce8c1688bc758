// Sums and days as people here write them.

/** `48203.38` as `48 203,38`, with spaces that do not break. */
export function money(text) {
  const [whole, part = "00"] = String(text).split(".");
  return `${whole.replace(/\B(?=(\d{3})+(?!\d))/g, "\u00a0")},${part.padEnd(2, "0").slice(0, 2)}`;
}

/** `2026-12-09` as `09.12.2026`. */
export function day(text) {
  return text ? text.slice(0, 10).split("-").reverse().join(".") : "—";
}

const ALMATY = 5 * 3_600_000;

/** A moment as `09.12.2026, 14:05 (UTC+5)`. */
export function moment(text) {
  const there = new Date(Date.parse(text) + ALMATY).toISOString();
  return `${day(there)}, ${there.slice(11, 16)} (UTC+5)`;
}

/** `0.0075` as `0,75 %`. */
export function percent(text) {
  const [whole, part = ""] = String(text).split(".");
  const shifted = `${whole}${part.padEnd(2, "0").slice(0, 2)}`.replace(/^0+(?=\d)/, "");
  const rest = part.slice(2).replace(/0+$/, "");
  return `${shifted}${rest ? `,${rest}` : ""}\u00a0%`;
}

/** An unrounded product with all its digits. */
export function exact(text) {
  const [whole, part = ""] = String(text).split(".");
  const rest = part.replace(/0+$/, "").padEnd(2, "0");
  return `${whole.replace(/\B(?=(\d{3})+(?!\d))/g, "\u00a0")},${rest}`;
}

/** `92-1-2-7` as the law writes it: `92-1(2)(7)`. */
export function article(text) {
  const [head, tail, ...parts] = text.split("-");
  return `${head}-${tail}${parts.map((each) => `(${each})`).join("")}`;
}
