// What stands before the items of lists.

const BULLETS = ["•", "◦", "▪"];
const ROMAN = [["x", 10], ["ix", 9], ["v", 5], ["iv", 4], ["i", 1]];

/** Counts the items of ordered lists where they do not say their number themselves. */
export class Numbers {
  constructor() { this.at = []; }

  /** Give the number of an item: the one it says, else the next of its level. */
  next(level, told) {
    this.at.length = level;
    const number = told === undefined ? (this.at[level - 1] ?? 0) + 1 : told;
    this.at[level - 1] = Number(number);
    return String(number);
  }

  /** End the lists from a level on; gives no number. */
  interrupt(level = 1) {
    this.at.length = Math.min(this.at.length, level - 1);
  }
}

/** Give the marker of an item; ordered levels go 1, a, i and around. */
export function markerOf(kind, level, number) {
  if (kind === "number") return { text: `${numeral(number, level)}.` };
  if (kind === "bullet") return { text: BULLETS[(level - 1) % BULLETS.length] };
  if (kind === "checkBox") return { text: "", label: "☐" };
  if (kind === "checkedBox") return { text: "✓", label: "☑" };
  return { text: "" };
}

function numeral(number, level) {
  const n = Number(number);
  const form = (level - 1) % 3;
  if (!Number.isSafeInteger(n) || n < 1 || form === 0 || n > 700) return String(number);
  return form === 1 ? letters(n) : roman(n);
}

function letters(n) {
  return (n > 26 ? letters(Math.floor((n - 1) / 26)) : "") + String.fromCharCode(97 + ((n - 1) % 26));
}

function roman(n) {
  if (n > 39) return String(n);
  let left = n;
  return ROMAN.reduce((made, [sign, worth]) => {
    const times = Math.floor(left / worth);
    left -= times * worth;
    return made + sign.repeat(times);
  }, "");
}
