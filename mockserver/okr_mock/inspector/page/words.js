// What the page says, in the language of its reader.

let table = {};
let language = "en";
const listeners = new Set();

export async function loadWords() {
  table = await (await fetch("page/words.json")).json();
  const kept = localStorage.getItem("okr-mock-language");
  setLanguage(kept === "zh" || kept === "en" ? kept : navigator.language.startsWith("zh") ? "zh" : "en");
}

/** Say something; `{name}` in the text is replaced by what is given for it. */
export function t(key, given = {}) {
  const text = table[key]?.[language] ?? key;
  return text.replace(/\{(\w+)\}/g, (_, name) => given[name] ?? "");
}

export function languageNow() { return language; }

export function setLanguage(wanted) {
  language = wanted;
  localStorage.setItem("okr-mock-language", wanted);
  document.documentElement.lang = wanted === "zh" ? "zh-CN" : "en";
  for (const listener of listeners) listener();
}

export function whenLanguageChanges(listener) { listeners.add(listener); }
