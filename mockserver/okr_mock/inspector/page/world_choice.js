// The choice of a world, for the views that show one.

import { ask } from "./api.js";
import { fill, h } from "./dom.js";
import { t } from "./words.js";
import { go } from "./place.js";

/** Draw the choice; it lists the worlds there are and keeps the one that is shown. */
export function worldChoice(chosen) {
  const select = h("select", { name: "world", onchange: () => go({ world: select.value, user: "", record: "", target: "" }) });
  const show = (names) => fill(select, [...new Set(["default", ...names, chosen])].map((name) => h("option", { value: name, selected: name === chosen }, name)));
  show([]);
  ask("worlds").then(({ worlds }) => show(worlds.map((world) => world.name)), () => {});
  return h("label", { class: "field" }, h("span", {}, t("filter.world")), select);
}
