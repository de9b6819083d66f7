// The list of calls: however many there are, only the rows in sight are elements.

import { h } from "./dom.js";
import { shown } from "./text.js";
import { t } from "./words.js";
import { keyOf } from "./call_log.js";

const SPARE = 12;

/** A list that shows calls, newest first; `choose` is called with the one that is opened. */
export class CallList {
  constructor(choose) {
    this.choose = choose;
    this.calls = [];
    this.chosen = "";
    this.cursor = -1;
    this.space = h("div", { class: "space", role: "presentation" });
    this.element = h("div", {
      class: "call-list", role: "listbox", tabindex: "0", "aria-label": t("calls.list"),
      onscroll: () => this.draw(), onkeydown: (event) => this.press(event),
    }, this.space);
    new ResizeObserver(() => this.draw()).observe(this.element);
  }

  get rowHeight() {
    return parseFloat(getComputedStyle(this.element).getPropertyValue("--row")) || 36;
  }

  /** Show these calls, given oldest first; who has scrolled down keeps seeing what they saw. */
  show(calls, chosen) {
    const top = this.calls[0];
    this.calls = calls.toReversed();
    this.chosen = chosen;
    if (top && this.element.scrollTop > 0) {
      const added = this.calls.indexOf(top);
      if (added > 0) this.element.scrollTop += added * this.rowHeight;
    }
    this.cursor = this.calls.findIndex((call) => keyOf(call) === this.cursorKey);
    this.draw(true);
  }

  draw(isNew = false) {
    const height = this.rowHeight;
    const first = Math.max(0, Math.floor(this.element.scrollTop / height) - SPARE);
    const last = Math.min(this.calls.length, Math.ceil((this.element.scrollTop + this.element.clientHeight) / height) + SPARE);
    if (!isNew && first === this.first && last === this.last && height === this.height) return;
    [this.first, this.last, this.height] = [first, last, height];
    this.space.style.setProperty("height", `${this.calls.length * height}px`);
    this.space.replaceChildren(...this.calls.slice(first, last).map((call, i) => this.row(call, first + i, height)));
    const active = this.cursor >= first && this.cursor < last ? `call-${this.cursor}` : "";
    if (active) this.element.setAttribute("aria-activedescendant", active);
    else this.element.removeAttribute("aria-activedescendant");
  }

  row(call, index, height) {
    const isChosen = keyOf(call) === this.chosen;
    const made = h("div", {
      class: `call ${outcome(call)}${index === this.cursor ? " cursor" : ""}`, role: "option", id: `call-${index}`,
      "aria-selected": String(isChosen), "aria-setsize": this.calls.length, "aria-posinset": index + 1,
      onclick: () => { this.moveTo(index, false); this.choose(call); },
    },
    h("span", { class: "when" }, call.time.slice(11, 23)),
    h("span", { class: "method" }, shown(call.method)),
    h("span", { class: "what", title: call.operation }, shown(call.operation?.replace(/^okr\./, "") ?? call.path, 200)),
    h("span", { class: "world" }, shown(call.world, 64)),
    h("span", { class: "marks" }, marks(call)),
    h("span", { class: "code" }, codeOf(call)));
    made.style.setProperty("transform", `translateY(${index * height}px)`);
    return made;
  }

  press(event) {
    const page = Math.max(1, Math.floor(this.element.clientHeight / this.rowHeight) - 1);
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity };
    if (event.key in steps) {
      event.preventDefault();
      this.moveTo(Math.min(this.calls.length - 1, Math.max(0, this.cursor + steps[event.key])), true);
    } else if ((event.key === "Enter" || event.key === " ") && this.calls[this.cursor]) {
      event.preventDefault();
      this.choose(this.calls[this.cursor]);
    }
  }

  moveTo(index, isScrolling) {
    if (!this.calls[index]) return;
    this.cursor = index;
    this.cursorKey = keyOf(this.calls[index]);
    const height = this.rowHeight;
    const { scrollTop, clientHeight } = this.element;
    if (isScrolling && index * height < scrollTop) this.element.scrollTop = index * height;
    if (isScrolling && (index + 1) * height > scrollTop + clientHeight) this.element.scrollTop = (index + 1) * height - clientHeight;
    this.draw(true);
  }
}

/** Say in one word how a call went. */
export function outcome(call) {
  if (call.status === null) return "lost";
  if (call.code === 0 || (call.code === null && call.status < 400)) return call.warnings.length ? "warned" : "fine";
  return "refused";
}

export function codeOf(call) {
  if (call.status === null) return t("calls.noAnswer");
  return call.code === null ? String(call.status) : call.code === 0 ? `${call.status} ok` : `${call.status} · ${call.code}`;
}

function marks(call) {
  const mark = (name, text, title) => h("span", { class: `mark ${name}`, title }, text);
  return [
    call.step ? mark("step", `⚡ ${call.step.split("#").pop()}`, t("call.firedStep", { step: call.step })) : null,
    call.violations.length ? mark("bad", `✕ ${call.violations.length}`, t("call.violations", { n: call.violations.length })) : null,
    call.warnings.length ? mark("warn", `! ${call.warnings.length}`, t("call.warnings", { n: call.warnings.length })) : null,
  ];
}
