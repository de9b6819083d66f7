// What the catalog says of a code.

import { ask } from "./api.js";

let codes = null;

/** Tell what a code means; null for one that the catalog does not know. */
export async function adviceOn(code) {
  codes ??= ask("codes").then((told) => told.codes);
  try {
    return (await codes).find((entry) => entry.code === Number(code)) ?? null;
  } catch {
    codes = null;
    return null;
  }
}
