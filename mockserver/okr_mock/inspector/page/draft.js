// A scenario as it is being written, with each mistake marked in its line.

import { ask, Problem } from "./api.js";
import { button, fill, h } from "./dom.js";
import { shown } from "./text.js";
import { t } from "./words.js";

const PAUSE = 350;
const BEGINNING = `description: Every second create fails.
steps:
  - name: every_second
    when: {operation: okr.v1.progress_record.create}
    every: 2
    then: {error: 1009999}
`;

/** Make the editor; `use` is called with a scenario that has no mistakes. */
export function makeDraft(use) {
  const draft = new Draft(use);
  draft.set(BEGINNING);
  return { element: draft.element, open: (name) => draft.load(name) };
}

class Draft {
  constructor(use) {
    this.use = use;
    this.gutter = h("div", { class: "gutter", "aria-hidden": "true" });
    this.area = h("textarea", {
      class: "draft-text", spellcheck: "false", wrap: "off", rows: 22, "aria-label": t("draft.title"), "aria-describedby": "draft-mistakes",
      oninput: () => this.changed(), onscroll: () => { this.gutter.scrollTop = this.area.scrollTop; },
    });
    this.list = h("div", { id: "draft-mistakes", class: "mistakes", "aria-live": "polite" });
    this.apply = button(t("draft.use"), () => this.send(), { class: "main" });
    this.element = h("section", { class: "card draft", "aria-label": t("draft.title") },
      h("h2", {}, t("draft.title")), h("p", { class: "hint" }, t("draft.how")),
      h("div", { class: "draft-place" }, this.gutter, this.area), this.list, h("p", {}, this.apply));
  }

  set(text) {
    this.area.value = text;
    this.mark([]);
    this.changed();
  }

  async load(name) {
    this.set((await ask("scenario/text", { query: { name } })).text);
    this.area.focus();
  }

  changed() {
    this.mark(this.found ?? []);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.lint(), PAUSE);
  }

  async lint() {
    const text = this.area.value;
    try {
      const told = await ask("scenario/lint", { method: "POST", body: { text } });
      if (text !== this.area.value) return null;
      this.mark(told.mistakes);
      return told;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.mark([{ line: 1, column: 1, pointer: "", text: error.message }]);
      return null;
    }
  }

  /** Mark the lines that are wrong, and list what is wrong with them. */
  mark(mistakes) {
    this.found = mistakes;
    const wrong = new Map(mistakes.map((entry) => [entry.line, entry]));
    const lines = this.area.value.split("\n").length;
    fill(this.gutter, Array.from({ length: lines }, (_, i) => h("div", { class: wrong.has(i + 1) ? "wrong" : "" }, i + 1)));
    this.gutter.scrollTop = this.area.scrollTop;
    this.area.setAttribute("aria-invalid", String(mistakes.length > 0));
    this.apply.disabled = mistakes.length > 0;
    fill(this.list, mistakes.length
      ? h("ul", {}, mistakes.map((entry) => h("li", {}, button(t("draft.at", { line: entry.line, column: entry.column }), () => this.lead(entry), { class: "link" }), " ", shown(entry.text, 500))))
      : h("p", { class: "hint" }, t("draft.fine")));
  }

  lead({ line, column }) {
    const lines = this.area.value.split("\n");
    const start = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0) + column - 1;
    this.area.focus();
    this.area.setSelectionRange(start, start + Math.max(1, (lines[line - 1] ?? "").length - column + 1));
    const height = parseFloat(getComputedStyle(this.area).lineHeight) || 18;
    this.area.scrollTop = Math.max(0, (line - 5) * height);
  }

  async send() {
    const told = await this.lint();
    if (!told?.scenario) return;
    try {
      await this.use(told.scenario);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.mark([{ line: 1, column: 1, pointer: "", text: error.message }]);
    }
  }
}
