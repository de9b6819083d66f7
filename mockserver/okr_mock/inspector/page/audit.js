// The audit of a world: what its calls say about their caller, each finding with the calls that show it.

import { ask } from "./api.js";
import { button, h } from "./dom.js";
import { shown } from "./text.js";
import { t } from "./words.js";
import { go } from "./place.js";
import { log } from "./call_log.js";
import { showReport } from "./report_view.js";

const LOOK = { error: "refused", warning: "warned", note: "" };
const MOST_EVIDENCE = 20;

export function showAudit(root, place) {
  return showReport(root, place, { name: "audit", look: "audited", drawn });
}

function drawn(report) {
  const { calls, findings, evicted } = report;
  const counted = h("p", { class: "count" }, t("audit.counted", { calls, n: findings.length }));
  const partial = evicted ? h("p", { class: "note warn" }, t("audit.partial", { n: evicted })) : null;
  if (!calls) return [counted, h("p", { class: "hint" }, t("audit.noCalls"))];
  if (!findings.length) return [counted, partial, h("p", { class: "hint" }, t("audit.clean"))];
  return [counted, partial, findings.map((finding) => drawFinding(finding, report.world))];
}

function drawFinding(finding, world) {
  return h("article", { class: "card finding", "aria-label": finding.rule },
    h("h2", {}, h("span", { class: `chip ${LOOK[finding.severity] ?? ""}` }, t(`audit.${finding.severity}`)), " ", h("code", {}, finding.rule),
      finding.times > 1 ? h("span", { class: "count" }, ` ×${finding.times}`) : null),
    h("p", { class: "hint" }, shown(finding.operation || t("call.noOperation"))),
    h("p", {}, shown(finding.seen)),
    h("p", {}, h("strong", {}, t("audit.advice")), " ", finding.advice),
    h("p", { class: "row" }, t("audit.evidence"), finding.evidence.slice(0, MOST_EVIDENCE).map((n) => leading(world, n)),
      finding.evidence.length > MOST_EVIDENCE ? t("audit.more", { n: finding.evidence.length - MOST_EVIDENCE }) : null));
}

/** Lead to a call by its number, whether or not the stream has told of it. */
function leading(world, n) {
  return button(`#${n}`, async () => {
    const known = log.calls.findLast((call) => call.world === world && call.n === n)
      ?? (await ask("requests", { query: { world, n } })).requests[0];
    go({ view: "calls", world, n, of: world, id: known?.log_id ?? "-" });
  }, { class: "link" });
}
