// The page: its head, and the view that the address names.

import { fill, h, choice, button, labelled } from "./dom.js";
import { loadWords, languageNow, setLanguage, t, whenLanguageChanges } from "./words.js";
import { setTheme, themeNow, themes } from "./theme.js";
import { address, placeNow, whenPlaceChanges } from "./place.js";
import { followCalls } from "./call_log.js";
import { forgetPeople } from "./people.js";
import { showCalls } from "./calls.js";
import { showOkrs } from "./okrs.js";
import { showScenarios } from "./scenarios.js";
import { showWorlds } from "./worlds.js";
import { showClaims } from "./claims.js";
import { showAudit } from "./audit.js";
import { showCoverage } from "./coverage.js";

const VIEWS = {
  calls: showCalls, okrs: showOkrs, scenarios: showScenarios, worlds: showWorlds, claims: showClaims,
  audit: showAudit, coverage: showCoverage,
};
const OF_A_WORLD = ["calls", "okrs", "scenarios", "claims", "audit", "coverage"];
let present = { view: "", end() {} };

/** Draw the head anew, as when the language changes. */
function drawHead() {
  const other = languageNow() === "zh" ? "en" : "zh";
  fill(document.getElementById("head"),
    h("a", { class: "name", href: "#calls" }, h("span", { class: "dot", "aria-hidden": "true" }), "feishu-okr-mock"),
    h("nav", { "aria-label": t("nav.title") }, Object.keys(VIEWS).map((view) => h("a", { "data-view": view, href: address({ view }) }, t(`nav.${view}`)))),
    h("div", { class: "choices" },
      button(other === "zh" ? "中文" : "English", () => setLanguage(other), { class: "quiet", lang: other === "zh" ? "zh-CN" : "en", id: "language" }),
      labelled(h("span", { class: "unseen" }, t("theme.title")), choice(themes.map((name) => [name, t(`theme.${name}`)]), themeNow(), setTheme, { id: "theme" }))));
  document.getElementById("skip").textContent = t("nav.skip");
}

/** Mark where the reader is; links to other views keep the world. */
function markHead(place) {
  for (const link of document.querySelectorAll("#head nav a")) {
    const { view } = link.dataset;
    link.href = address({ view, world: OF_A_WORLD.includes(view) ? place.world : "" });
    if (view === place.view) {
      link.setAttribute("aria-current", "page");
      link.scrollIntoView({ block: "nearest", inline: "nearest" });
    } else link.removeAttribute("aria-current");
  }
  document.title = `${t(`nav.${place.view}`)} · feishu-okr-mock`;
}

/** Show the place the address names; a view that is there already is told where to move. */
function show(place) {
  const view = place.view in VIEWS ? place.view : "calls";
  const there = { ...place, view };
  markHead(there);
  if (present.view === view && present.move) {
    present.move(there);
    return;
  }
  present.end();
  forgetPeople();
  const main = document.getElementById("main");
  main.className = `view-${view}`;
  present = { end() {}, ...VIEWS[view](main, there), view };
}

setTheme(themeNow());  // before anything is waited for, so that nothing is drawn in other colours
await loadWords();
whenPlaceChanges(show);
whenLanguageChanges(() => {
  present.end();
  present = { view: "", end() {} };
  drawHead();
  show(placeNow());
});
document.getElementById("skip").addEventListener("click", (event) => {
  event.preventDefault();
  document.getElementById("main").focus();
});
followCalls();
drawHead();
show(placeNow());
