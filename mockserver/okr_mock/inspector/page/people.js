// Who is who in a world.

import { ask } from "./api.js";

const worlds = new Map();

/** Give a world's people by each of their ids; empty where they cannot be had. */
export function peopleOf(world) {
  if (!worlds.has(world)) worlds.set(world, load(world));
  return worlds.get(world);
}

/** Ask anew when next somebody wants to know: worlds come and go. */
export function forgetPeople() { worlds.clear(); }

async function load(world) {
  if (world === "-") return new Map();
  try {
    const { people } = await ask("okrs", { query: { world } });
    return new Map(people.flatMap((person) => ["open_id", "union_id", "user_id", "lark_id"].map((kind) => [person[kind], person])));
  } catch {
    worlds.delete(world);
    return new Map();
  }
}
