// The calls this page knows of: heads only, newest last, bounded; what a view shows is asked for when it is opened.

import { follow } from "./stream.js";

const MOST = 20000;
const PAST = 10000;

export const log = { calls: [], missed: 0, state: "connecting", problem: "", worlds: new Map() };
const listeners = new Set();
let known = new Set();
let isDue = false;
let ending = new AbortController();

/** Be told, at most five times a second, that something has changed; gives what ends that. */
export function whenCallsChange(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function keyOf(call) { return `${call.world} ${call.n} ${call.log_id}`; }

/** Begin to follow, or begin anew: what was missed comes with the past. */
export function followCalls() {
  ending.abort();
  ending = new AbortController();
  forgetCalls();
  follow(PAST, hear, ending.signal);
}

/** Forget the calls of a world, or of all. */
export function forgetCalls(world = "") {
  log.calls = world ? log.calls.filter((call) => call.world !== world) : [];
  log.worlds = new Map([...log.worlds].filter(([name]) => world && name !== world));
  known = new Set(log.calls.map(keyOf));
  log.missed = 0;
  changed();
}

function hear(kind, calls, missed, problem = "") {
  if (kind === "lost" || kind === "refused") log.state = "lost";
  else if (kind !== "past") log.state = "live";
  log.problem = problem || (log.state === "lost" ? log.problem : "");
  for (const call of calls) add(call);
  log.missed += missed;
  if (log.calls.length > MOST) {
    for (const call of log.calls.splice(0, log.calls.length - MOST)) known.delete(keyOf(call));
  }
  changed();
}

function add(call) {
  const key = keyOf(call);
  if (known.has(key)) return;
  known.add(key);
  log.calls.push(call);
  log.worlds.set(call.world, (log.worlds.get(call.world) ?? 0) + 1);
}

function changed() {
  if (isDue) return;
  isDue = true;
  setTimeout(() => {
    isDue = false;
    for (const listener of listeners) listener();
  }, 200);
}
