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

/** Take what is safe of `{accent, radius, scheme}`; the rest stays as it was. */
export function wear({ accent, radius, scheme } = {}) {
  const style = document.documentElement.style;
  if (COLOUR.test(accent ?? "") && contrast(accent, "#ffffff") >= READABLE) {
    style.setProperty("--accent", accent);
    style.setProperty("--on-accent", "#ffffff");
    // A colour chosen for white paper needs white paper.
    scheme = "light";
  }
  if (Number.isFinite(Number(radius)) && radius !== "" && radius != null) {
    style.setProperty("--radius", `${Math.min(24, Math.max(0, Number(radius)))}px`);
  }
  if (scheme === "light") document.documentElement.dataset.scheme = scheme;
}
