// A portal's own colour, as far as what is written on it stays readable: tokens, never styles.

const COLOUR = /^#[0-9a-f]{6}$/i;
const READABLE = 4.5;

function luminance(colour) {
  const parts = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
}

/** Contrast of two colours (WCAG 2.2, 1.4.3). */
export function contrast(one, other) {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** Take what is safe of `{accent, radius, scheme}`: what is absent is as by default, what is not safe as it was. */
export function wear({ accent, radius, scheme } = {}) {
  const { style, dataset } = document.documentElement;
  if (accent == null) {
    ["--accent", "--on-accent"].forEach((name) => style.removeProperty(name));
  } else if (COLOUR.test(accent) && contrast(accent, "#ffffff") >= READABLE) {
    style.setProperty("--accent", accent);
    style.setProperty("--on-accent", "#ffffff");
  }
  const round = Number.parseFloat(radius);
  if (radius == null) {
    style.removeProperty("--radius");
  } else if (Number.isFinite(round)) {
    style.setProperty("--radius", `${Math.min(24, Math.max(0, round))}px`);
  }
  // A colour chosen for white paper needs white paper.
  if (scheme === "light" || style.getPropertyValue("--accent")) dataset.scheme = "light";
  else delete dataset.scheme;
}
