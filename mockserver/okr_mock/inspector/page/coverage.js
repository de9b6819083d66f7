// Coverage: which operations, codes, values and fields the calls of a world, or of all, have met.

import { h } from "./dom.js";
import { shown } from "./text.js";
import { t } from "./words.js";
import { showReport } from "./report_view.js";

const MOST_NAMES = 200;

export function showCoverage(root, place) {
  return showReport(root, place, { name: "coverage", look: "covered", drawn });
}

function drawn(told) {
  return [
    h("p", { class: "count" }, t("coverage.calls", { n: told.calls })),
    told.calls ? null : h("p", { class: "hint" }, t("coverage.noCalls")),
    part(t("coverage.operations"), told.operations),
    told.codes.operations.length ? codes(told.codes) : null,
    ["sent", "received"].flatMap((side) => Object.entries(told[side]).map(([kind, found]) => part(t(`coverage.${side}.${kind}`), found))),
    told.not_looked_at || told.not_kept ? h("p", { class: "note warn" }, t("coverage.doubts", { n: told.not_looked_at + told.not_kept })) : null,
  ];
}

/** Draw what of a set was met; what was not is folded away. */
function part(title, { met, missed }) {
  const all = met.length + missed.length;
  if (!all) return null;
  return h("section", { class: "card part", "aria-label": title },
    h("div", { class: "part-head" }, h("h2", {}, title), h("meter", { min: 0, max: all, value: met.length, "aria-label": title }), h("span", {}, t("coverage.of", { n: met.length, of: all }))),
    names(t("coverage.missed"), missed), names(t("coverage.met"), met));
}

function names(title, list) {
  if (!list.length) return null;
  return h("details", {}, h("summary", {}, `${title} (${list.length})`),
    h("ul", { class: "names" }, list.slice(0, MOST_NAMES).map((name) => h("li", {}, h("code", {}, shown(name, 200)))),
      list.length > MOST_NAMES ? h("li", {}, t("audit.more", { n: list.length - MOST_NAMES })) : null));
}

function codes({ operations }) {
  const list = (found) => found.map(({ code, name }, i) => [i ? ", " : "", h("span", { title: name }, h("code", {}, String(code)))]);
  return h("section", { class: "card", "aria-label": t("coverage.codes") }, h("h2", {}, t("coverage.codes")),
    h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t("coverage.codes") }, h("table", { class: "grid" },
      h("thead", {}, h("tr", {}, ["filter.operation", "worlds.calls", "coverage.met", "coverage.missed"].map((key) => h("th", { scope: "col" }, t(key))))),
      h("tbody", {}, operations.map((one) => h("tr", {},
        h("th", { scope: "row" }, shown(one.operation)), h("td", { class: "count" }, String(one.calls)), h("td", {}, list(one.met)), h("td", {}, list(one.missed))))))));
}
