// Where the reader is: the view and what it shows, in the part of the address behind #.

const listeners = new Set();

export function placeNow() {
  const [view, query = ""] = location.hash.replace(/^#/, "").split("?");
  return { view: view || "calls", ...Object.fromEntries(new URLSearchParams(query)) };
}

/** Write the address of a place; what is empty is left out. */
export function address({ view, ...rest }) {
  const given = Object.entries(rest).filter(([, value]) => value !== undefined && value !== "");
  const query = new URLSearchParams(given).toString();
  return `#${view}${query ? `?${query}` : ""}`;
}

/** Go to a place: the present one with some changes. */
export function go(changes, { replace = false } = {}) {
  const there = address({ ...placeNow(), ...changes });
  if (there === location.hash) return;
  if (replace) {
    history.replaceState(null, "", there);
    tell();
  } else location.hash = there;
}

export function whenPlaceChanges(listener) { listeners.add(listener); }

function tell() {
  for (const listener of listeners) listener(placeNow());
}

addEventListener("hashchange", tell);
