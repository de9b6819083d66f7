// Worlds: make one, look into it, keep and restore it, move its clock, forget it.

import { ask, Problem } from "./api.js";
import { button, fill, h, labelled, say } from "./dom.js";
import { shown } from "./text.js";
import { t } from "./words.js";
import { address } from "./place.js";
import { forgetCalls } from "./call_log.js";

export function showWorlds(root, place) {
  const list = h("section", { "aria-label": t("nav.worlds") });
  const clock = h("section", { class: "card", "aria-label": t("clock.title"), hidden: true });
  const form = new NewWorld(load);
  fill(root, h("h1", {}, t("nav.worlds")), list, h("div", { class: "two" }, form.element, clock));

  async function load() {
    const { worlds } = await ask("worlds");
    fill(list, worlds.length ? table(worlds, { act, showClock }) : h("p", { class: "hint" }, t("worlds.none")),
      button(t("okrs.refresh"), load, { class: "quiet" }));
  }

  async function act(path, options, done) {
    try {
      await ask(path, options);
      say(done);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      say(error.message);
    }
    await load();
  }

  function showClock(name) {
    clock.hidden = false;
    drawClock(clock, name, load);
    clock.scrollIntoView({ block: "nearest" });
  }

  load();
  if (place.world) showClock(place.world);
  return { move() {}, end() {} };
}

function table(worlds, { act, showClock }) {
  const columns = ["worlds.name", "worlds.calls", "worlds.records", "worlds.bytes", "worlds.profile", "worlds.seed", "worlds.time", "worlds.do"];
  return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t("nav.worlds") }, h("table", { class: "grid" },
    h("thead", {}, h("tr", {}, columns.map((key) => h("th", { scope: "col" }, t(key))))),
    h("tbody", {}, worlds.map((world) => h("tr", {},
      h("th", { scope: "row" }, h("a", { href: address({ view: "calls", world: world.name }) }, shown(world.name))),
      [world.calls, world.records, world.bytes.toLocaleString("en"), world.profile, world.seed, `${world.time.slice(0, 19).replace("T", " ")} · ${t(`clock.${world.clock}`)}`].map((text) => h("td", {}, String(text))),
      h("td", { class: "acts" }, acts(world, act, showClock)))))));
}

function acts(world, act, showClock) {
  const path = `worlds/${encodeURIComponent(world.name)}`;
  const one = (key, work, isOff = false) => button(t(key), work, { class: "quiet", disabled: isOff, "aria-label": `${t(key)}: ${world.name}` });
  const sure = (key, work) => () => { if (confirm(t(key, { world: world.name }))) work(); };
  return [
    one("worlds.snapshot", () => act(`${path}/snapshot`, { method: "POST", body: {} }, t("worlds.kept"))),
    one("worlds.restore", () => act(`${path}/restore`, { method: "POST", body: {} }, t("worlds.restored")), !world.has_snapshot),
    one("worlds.clock", () => showClock(world.name)),
    one("worlds.reset", sure("worlds.sureReset", () => { forgetCalls(world.name); act("reset", { method: "POST", query: { world: world.name }, body: {} }, t("worlds.wasReset")); })),
    one("worlds.delete", sure("worlds.sureDelete", () => { forgetCalls(world.name); act(path, { method: "DELETE" }, t("worlds.deleted")); })),
  ];
}

class NewWorld {
  constructor(done) {
    this.done = done;
    this.fields = {
      name: h("input", { required: true, pattern: "[A-Za-z0-9_.\\-]{1,64}", spellcheck: "false" }),
      seed: h("input", { type: "number", step: 1 }),
      profile: h("input", { placeholder: "documented", spellcheck: "false" }),
      quota: h("input", { placeholder: "off", spellcheck: "false" }),
    };
    this.complaint = h("p", { class: "note bad", role: "alert", hidden: true });
    this.element = h("section", { class: "card", "aria-label": t("worlds.make") }, h("h2", {}, t("worlds.make")),
      h("form", { onsubmit: (event) => { event.preventDefault(); this.send(); } },
        Object.entries(this.fields).map(([name, field]) => labelled(t(`worlds.${name}`), field)), this.complaint,
        h("p", {}, button(t("worlds.makeIt"), () => {}, { type: "submit", class: "main" }))));
  }

  async send() {
    const { name, seed, profile, quota } = Object.fromEntries(Object.entries(this.fields).map(([key, field]) => [key, field.value.trim()]));
    const body = { name };
    if (seed) body.seed = Number(seed);
    if (profile) body.profile = profile;
    if (quota) body.quota = /^\d+$/.test(quota) ? Number(quota) : quota;
    try {
      await ask("worlds", { method: "POST", body });
      this.complaint.hidden = true;
      this.fields.name.value = "";
      say(t("worlds.made", { world: name }));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.complaint.hidden = false;
      this.complaint.textContent = error.message;
    }
    await this.done();
  }
}

/** Draw the clock of a world, and what can be done with it. */
async function drawClock(place, world, done) {
  const complaint = h("p", { class: "note bad", role: "alert", hidden: true });
  const now = h("p", { class: "clock-now" });
  const show = (told) => fill(now, h("strong", {}, told.time.slice(0, 19).replace("T", " "), " UTC"), " ", h("span", { class: "chip" }, t(`clock.${told.clock}`)));
  const set = async (body) => {
    try {
      show(await ask("clock", { method: "PUT", query: { world }, body }));
      complaint.hidden = true;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      complaint.hidden = false;
      complaint.textContent = error.message;
    }
    await done();
  };
  const moment = h("input", { placeholder: "2026-12-31T23:59:00+08:00", spellcheck: "false" });
  const steps = [["clock.hour", 3600], ["clock.twoHours", 7200], ["clock.day", 86400], ["clock.week", 604800]];
  fill(place, h("h2", {}, t("clock.title"), " ", shown(world)), now,
    h("div", { class: "row" }, steps.map(([key, advance]) => button(`+ ${t(key)}`, () => set({ advance })))),
    h("div", { class: "row" }, button(t("clock.freeze"), () => set({ freeze: true })), button(t("clock.run"), () => set({ freeze: false })), button(t("clock.toReal"), () => set({ real: true }))),
    h("form", { class: "row", onsubmit: (event) => { event.preventDefault(); set({ set: moment.value }); } }, labelled(t("clock.set"), moment), button(t("clock.setIt"), () => {}, { type: "submit" })),
    complaint);
  show(await ask("clock", { query: { world } }));
}
