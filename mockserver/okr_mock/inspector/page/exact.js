// JSON that keeps its numbers as they were written: a 19-digit id is longer than a number of JavaScript.

export class Exact {
  constructor(source) { this.source = source; }
  toString() { return this.source; }
}

/** Read JSON; numbers that would not come out as they went in are kept as `Exact`. */
export function read(text) {
  return JSON.parse(text, (_, value, context) => {
    const source = context?.source;
    return typeof value === "number" && source !== undefined && source !== String(value) ? new Exact(source) : value;
  });
}

/** Write JSON, indented; an `Exact` comes out as it was read. */
export function write(value, indent = "") {
  if (value instanceof Exact) return value.source;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const inner = `${indent}  `;
  const isList = Array.isArray(value);
  const parts = isList
    ? value.map((item) => inner + write(item, inner))
    : Object.entries(value).map(([key, item]) => `${inner}${JSON.stringify(key)}: ${write(item, inner)}`);
  const [open, close] = isList ? "[]" : "{}";
  return parts.length ? `${open}\n${parts.join(",\n")}\n${indent}${close}` : open + close;
}
