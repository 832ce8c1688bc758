// Sums to the tiyn, by whole numbers: 0.1 + 0.2 is 0.3 here.

const PLACES = 2n;
const NUMBER = /^\s*(-?)(\d{1,14})(?:[.,](\d{1,3}))?\s*$/;

/** A decimal as thousandths, or null where it is none. */
function thousandths(text) {
  const found = NUMBER.exec(String(text ?? "").replace(/[\s\u00a0]/g, ""));
  if (!found) return null;
  const whole = BigInt(found[2]) * 1000n + BigInt((found[3] ?? "").padEnd(3, "0") || "0");
  return found[1] ? -whole : whole;
}

/** Quantity times price in tiyn, half up; null where one of them is no number. */
export function product(quantity, price) {
  const [one, other] = [thousandths(quantity), thousandths(price)];
  if (one === null || other === null) return null;
  return (one * other + 5000n) / 10_000n;
}

/** An amount in tiyn; null where it is no number. */
export function tiyn(text) {
  const amount = thousandths(text);
  return amount === null ? null : (amount + 5n) / 10n;
}

/** `12 345,67` */
export function printed(amount) {
  const digits = amount.toString().padStart(Number(PLACES) + 1, "0");
  const whole = digits.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, "\u00a0");
  return `${whole},${digits.slice(-2)}`;
}

/** As the service reads it: a comma becomes a point, gaps go. */
export function plain(text) {
  return text.replace(/[\s\u00a0]/g, "").replace(",", ".");
}
