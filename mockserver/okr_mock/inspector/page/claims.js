// The claims ledger: what is disputed about the live API, what speaks for which answer, and what this world does.

import { ask, Problem } from "./api.js";
import { choice, fill, h, labelled } from "./dom.js";
import { followable, shown } from "./text.js";
import { t } from "./words.js";
import { worldChoice } from "./world_choice.js";

const STATUSES = ["documented", "observed", "inferred", "disputed", "unverified"];

export function showClaims(root, place) {
  const bar = h("form", { class: "filters", onsubmit: (event) => event.preventDefault() });
  const list = h("div", { class: "claims" });
  const search = h("input", { type: "search", oninput: draw, "aria-label": t("claims.search") });
  let status = "";
  let world = "";
  let claims = [];
  fill(root, h("h1", {}, t("nav.claims")), h("p", { class: "hint" }, t("claims.what")), bar, list);

  function draw() {
    const wanted = search.value.toLowerCase();
    const found = claims.filter((claim) => (!status || claim.status === status) && JSON.stringify(claim).toLowerCase().includes(wanted));
    fill(list, found.map(drawClaim), found.length ? null : h("p", { class: "hint" }, t("calls.nothing")));
  }

  async function move(next) {
    if (world === (next.world || "default")) return;
    world = next.world || "default";
    try {
      const told = await ask("claims", { query: { world } });
      claims = told.claims;
      fill(bar, worldChoice(world), labelled(t("claims.status"), choice([["", t("calls.any")], ...STATUSES.map((name) => [name, t(`status.${name}`)])], status, (value) => { status = value; draw(); })),
        labelled(t("claims.search"), search), h("span", { class: "chip" }, t("claims.profile", { name: told.profile })));
      draw();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      fill(list, h("p", { class: "note bad" }, error.message));
    }
  }

  move(place);
  return { move, end() {} };
}

function drawClaim(claim) {
  const option = ([name, says]) => h("li", { class: name === claim.chosen ? "chosen" : "" },
    h("span", { class: "pick", "aria-hidden": "true" }, name === claim.chosen ? "●" : "○"), " ", h("code", {}, name), " ",
    name === claim.chosen ? h("span", { class: "chip fine" }, t("claims.chosen")) : null, name === claim.default && name !== claim.chosen ? h("span", { class: "chip" }, t("claims.default")) : null, " ", shown(String(says)));
  return h("article", { class: "card claim", "aria-label": claim.id },
    h("h2", {}, h("code", {}, claim.id), " ", h("span", { class: `chip status-${claim.status}` }, t(`status.${claim.status}`))),
    h("p", {}, shown(claim.says)), h("ul", { class: "options" }, Object.entries(claim.options).map(option)),
    h("details", {}, h("summary", {}, t("claims.evidence", { n: claim.evidence.length })), h("ul", { class: "evidence" }, claim.evidence.map(drawEvidence))));
}

function drawEvidence(entry) {
  const address = followable(entry.where);
  return h("li", {},
    h("span", { class: "chip" }, t(`status.${entry.mark}`)), " ",
    address ? h("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, shown(entry.title ?? entry.source)) : shown(entry.title ?? entry.source),
    entry.date ? ` · ${entry.date}` : "", entry.for ? [" → ", h("code", {}, entry.for)] : "", entry.note ? h("div", { class: "hint" }, shown(entry.note)) : null);
}
