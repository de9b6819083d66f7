// A view that asks one question about a world and shows the answer: the audit, coverage.

import { ask, Problem } from "./api.js";
import { button, fill, h } from "./dom.js";
import { t } from "./words.js";
import { worldChoice } from "./world_choice.js";

/** Show the answer of a control route of this name, drawn; `look` is the class of the place it is drawn in. */
export function showReport(root, place, { name, look, drawn }) {
  const bar = h("div", { class: "filters" });
  const body = h("div", { class: look, "aria-live": "polite" });
  let world = "";
  fill(root, h("h1", {}, t(`nav.${name}`)), h("p", { class: "hint" }, t(`${name}.what`)), bar, body);

  async function load() {
    try {
      fill(body, drawn(await ask(name, { query: { world } })));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      fill(body, error.status === 404 ? h("p", { class: "hint" }, t(`${name}.absent`)) : h("p", { class: "note bad" }, error.message));
    }
  }

  function move(next) {
    world = next.world || "default";
    fill(bar, worldChoice(world), button(t("okrs.refresh"), load, { class: "quiet" }));
    load();
  }

  move(place);
  return { move, end() {} };
}
