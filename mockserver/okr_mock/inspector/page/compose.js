// The place to write a record: rich text or markdown, the JSON that will be sent, and what the API answered.

import { ask } from "./api.js";
import { button, copy, fill, h, labelled } from "./dom.js";
import { t } from "./words.js";
import { address, go } from "./place.js";
import { makeEditor } from "./editor.js";
import { jsonView } from "./json_view.js";
import { read, write } from "./exact.js";
import { drawRecord } from "./record.js";
import { log } from "./call_log.js";

const RECORDS = "/open-apis/okr/v1/progress_records";
const IMAGES = "/open-apis/okr/v1/images/upload";

/** Show the composer for a target; `done` is called when a record was written. */
export async function showComposer(place, target, done) {
  const [{ people }, about] = await Promise.all([ask("okrs", { query: { world: target.world } }), ask("version")]);
  const form = new Composer(place, target, people, about, done);
  form.draw();
}

class Composer {
  constructor(place, target, people, about, done) {
    Object.assign(this, { place, target, about, done, form: "rich", pictures: [] });
    this.editor = makeEditor(people, () => this.changed());
    this.markdown = h("textarea", { rows: 8, spellcheck: "false", oninput: () => this.changed(), "aria-label": t("write.markdown") });
    this.title = h("input", { value: "feishu-okr-mock", oninput: () => this.changed() });
    this.url = h("input", { value: "https://example.com/weekly", oninput: () => this.changed() });
    this.percent = h("input", { type: "number", min: 0, max: 100, step: "any", oninput: () => this.changed() });
    this.token = h("input", { value: this.usualToken(), spellcheck: "false", autocomplete: "off" });
    this.preview = h("pre", { class: "code-block sent", tabindex: "0", "aria-label": t("write.sends") });
    this.complaint = h("p", { class: "note bad", role: "alert", hidden: true });
    this.answer = h("div", { class: "answered", "aria-live": "polite" });
    this.input = h("div", {});
  }

  usualToken() {
    return this.about.auth === "strict" ? "" : `t-dev.${this.target.world}`;
  }

  draw() {
    const tab = (name) => button(t(`write.${name}`), () => { this.form = name; this.draw(); }, { class: "tab", "aria-pressed": String(this.form === name) });
    fill(this.input, this.form === "rich" ? this.editor.element : this.markdown);
    fill(this.place,
      button(t("call.back"), () => go({ target: "", type: "" }), { class: "back" }),
      h("h2", {}, t("write.title")), h("p", { class: "hint" }, t(this.target.type === 2 ? "write.toObjective" : "write.toResult", { id: this.target.id })),
      h("div", { class: "tabs", role: "group", "aria-label": t("write.how") }, ["rich", "markdown"].map(tab)), this.input,
      h("div", { class: "field-row" }, labelled("source_title", this.title), labelled("source_url", this.url), labelled(t("write.percent"), this.percent),
        labelled(t("write.picture"), h("input", { type: "file", accept: "image/*", onchange: (event) => this.upload(event.target) }))),
      this.about.auth === "strict" ? h("p", { class: "note warn" }, t("write.strict")) : null,
      labelled(t("write.token"), this.token),
      this.complaint,
      h("h3", {}, t("write.sends"), " ", h("code", {}, `POST ${RECORDS}`)), this.preview,
      h("p", {}, button(t("write.send"), () => this.send(), { class: "main" }), " ", button(t("copy.json"), () => copy(this.preview.textContent, t("copy.done")), { class: "quiet" })),
      this.answer);
    this.changed();
  }

  /** Give the content that is written; markdown is turned into content by the emulator, as the client would. */
  async content() {
    const made = this.form === "rich" ? this.editor.content()
      : (await ask("content", { method: "POST", body: { markdown: this.markdown.value } })).content;
    if (!this.pictures.length) return made;
    return { ...made, blocks: [...made.blocks, { type: "gallery", gallery: { imageList: this.pictures } }] };
  }

  async body() {
    const made = {
      source_title: this.title.value, source_url: this.url.value, target_id: this.target.id, target_type: this.target.type, content: await this.content(),
    };
    return this.percent.value === "" ? made : { ...made, progress_rate: { percent: Number(this.percent.value), status: 0 } };
  }

  async changed() {
    const mine = this.latest = (this.latest ?? 0) + 1;
    try {
      const body = await this.body();
      if (mine !== this.latest) return;
      this.complaint.hidden = true;
      this.preview.textContent = write(body);
    } catch (error) {
      if (mine === this.latest) this.complain(error);
    }
  }

  complain(error) {
    this.complaint.hidden = false;
    this.complaint.textContent = error.message;
  }

  /** Send exactly the text that is shown. */
  async send() {
    await this.changed();
    if (!this.complaint.hidden) return;
    const response = await this.fetch(RECORDS, this.preview.textContent, { "Content-Type": "application/json" });
    if (!response) return;
    const answer = await readAnswer(response);
    const logId = response.headers.get("x-tt-logid");
    fill(this.answer, h("h3", {}, t("write.answered", { status: response.status })), this.seeCall(logId),
      answer?.data?.content ? drawRecord(answer.data.content, this.target.world) : null,
      typeof answer === "string" ? h("pre", { class: "code-block" }, answer) : jsonView(answer, [], t("call.answer")));
    if (answer?.code === 0) this.done();
  }

  async fetch(path, body, headers) {
    try {
      return await fetch(path, { method: "POST", headers: { ...headers, Authorization: `Bearer ${this.token.value.trim()}` }, body, cache: "no-store" });
    } catch {
      fill(this.answer, h("p", { class: "note bad" }, t("write.lost")));
      return null;
    }
  }

  seeCall(logId) {
    return button(t("write.seeCall"), () => {
      const found = log.calls.findLast((entry) => entry.log_id === logId);
      location.hash = found ? address({ view: "calls", n: found.n, of: found.world, id: found.log_id }) : "#calls";
    }, { class: "link" });
  }

  async upload(input) {
    const [file] = input.files;
    if (!file) return;
    const form = new FormData();
    form.append("data", file);
    form.append("target_id", this.target.id);
    form.append("target_type", String(this.target.type));
    const response = await this.fetch(IMAGES, form, {});
    const answer = response && await readAnswer(response);
    if (answer?.code === 0) this.pictures.push({ fileToken: answer.data.file_token, src: answer.data.url });
    else if (answer) fill(this.answer, h("p", { class: "note bad" }, t("write.noUpload")), jsonView(answer, [], t("call.answer")));
    input.value = "";
    this.changed();
  }
}

async function readAnswer(response) {
  const text = await response.text();
  try {
    return read(text);
  } catch {
    return text;
  }
}

