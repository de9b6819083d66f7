// What a page without calls shows: the lines that make the first one.

import { button, copy, h } from "./dom.js";
import { t } from "./words.js";

/** The three lines that make a call, with the address of this server. */
export function firstLines(world) {
  const token = world && world !== "default" && world !== "-" ? `t-dev.${world}` : "t-dev";
  return [
    `curl -sS ${location.origin}/open-apis/okr/v1/progress_records \\`,
    `  -H 'Authorization: Bearer ${token}' -H 'Content-Type: application/json' \\`,
    `  -d '{"source_title": "周报", "source_url": "https://example.com/weekly", "target_id": "7041430377642082323", "target_type": 3, "content": {"blocks": [{"type": "paragraph", "paragraph": {"elements": [{"type": "textRun", "textRun": {"text": "完成 80%"}}]}}]}}'`,
  ].join("\n");
}

export function firstCall(world) {
  const lines = firstLines(world);
  return h("div", { class: "first" },
    h("h2", {}, t("first.title")),
    h("p", {}, t("first.how")),
    h("pre", { class: "code-block", tabindex: "0", "aria-label": t("first.title") }, h("code", {}, lines)),
    button(`${t("copy.as")} ${t("copy.curl")}`, () => copy(lines, t("copy.done"))),
    h("p", { class: "hint" }, t("first.then")),
    h("p", { class: "hint" }, t("first.client", { url: location.origin })));
}
