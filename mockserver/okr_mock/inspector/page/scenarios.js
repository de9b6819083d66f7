// Scenarios: which one a world follows, how often each step fired, and a place to write one.

import { ask, Problem } from "./api.js";
import { button, fill, h, say } from "./dom.js";
import { shown } from "./text.js";
import { t } from "./words.js";
import { log, whenCallsChange } from "./call_log.js";
import { worldChoice } from "./world_choice.js";
import { makeDraft } from "./draft.js";

export function showScenarios(root, place) {
  const bar = h("div", { class: "filters" });
  const active = h("section", { class: "card", "aria-label": t("scenarios.active") });
  const known = h("section", { class: "card", "aria-label": t("scenarios.known") });
  let world = "default";
  let told = null;
  const draft = makeDraft(async (scenario) => { await choose(scenario); });
  fill(root, h("h1", {}, t("nav.scenarios")), bar, h("div", { class: "two" }, h("div", {}, active, known), draft.element));

  async function choose(scenario) {
    told = await ask("scenario", { method: "PUT", query: { world }, body: scenario });
    say(t("scenarios.chosen", { names: told.active.join(", ") }));
    draw();
  }

  async function load() {
    const asked = world;
    try {
      const found = await ask("scenario", { query: { world } });
      if (asked !== world) return;
      told = found;
      draw();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      fill(active, h("p", { class: "note bad" }, error.message));
    }
  }

  async function reset() {
    await ask("scenario/reset", { method: "POST", query: { world }, body: {} });
    await load();
  }

  function draw() {
    fill(active, h("h2", {}, t("scenarios.active")),
      h("p", {}, told.active.length ? told.active.map((name) => h("span", { class: "chip step" }, shown(name))) : t("scenarios.none")),
      h("p", { class: "hint" }, t(told.is_own ? "scenarios.own" : "scenarios.usual")),
      told.steps.length ? steps(told.steps) : null,
      Object.entries(told.complaints).map(([name, text]) => h("pre", { class: "code-block note bad" }, shown(`${name}: ${text}`))),
      h("p", {}, button(t("scenarios.reset"), reset), " ", button(t("scenarios.calm"), () => choose("calm"), { class: "quiet" })));
    fill(known, h("h2", {}, t("scenarios.known")), h("ul", { class: "picker" }, told.known.map((name) => h("li", {},
      h("span", { class: told.active.includes(name) ? "name is-active" : "name" }, shown(name)),
      button(t("scenarios.use"), () => choose(name).catch(complain), { class: "quiet", "aria-label": `${t("scenarios.use")}: ${name}` }),
      button(t("scenarios.open"), () => draft.open(name), { class: "quiet", "aria-label": `${t("scenarios.open")}: ${name}` })))));
  }

  function complain(error) { say(error.message); }

  function move(next) {
    const isOther = (next.world || "default") !== world || !told;
    world = next.world || "default";
    if (!isOther) return;
    fill(bar, worldChoice(world), button(t("okrs.refresh"), load, { class: "quiet" }));
    load();
  }

  let seen = log.calls.length;
  const end = whenCallsChange(() => {
    const news = log.calls.slice(seen);
    seen = log.calls.length;
    if (news.some((call) => call.world === world)) load();
  });
  move(place);
  return { move, end };
}

function steps(told) {
  return h("table", { class: "grid" },
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("scenarios.step")), h("th", { scope: "col", class: "count" }, t("scenarios.seen")), h("th", { scope: "col", class: "count" }, t("scenarios.fired")))),
    h("tbody", {}, told.map((step) => h("tr", { class: step.fired ? "fired" : "" },
      h("th", { scope: "row" }, shown(step.step)), h("td", { class: "count" }, step.seen), h("td", { class: "count", "data-fired": step.step }, step.fired)))));
}
