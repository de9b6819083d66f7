// Calls to the emulator. The admin token is asked for when it is wanted and kept in this variable only.

import { button, h } from "./dom.js";
import { t } from "./words.js";

let token = "";
let asking = null;

/** What the emulator answered in place of what was asked for. */
export class Problem extends Error {
  constructor(status, text) {
    super(text);
    this.status = status;
  }
}

export function adminHeaders() {
  return token ? { Authorization: `Bearer ${token}` } : {};
}

/** Call a control route; gives the response. */
export async function call(path, { method = "GET", query = {}, body, signal } = {}) {
  const asked = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== undefined));
  const url = `${path}${asked.size ? `?${asked}` : ""}`;
  for (;;) {
    const used = token;
    const headers = { ...adminHeaders(), ...(method === "GET" ? {} : { "Content-Type": "application/json" }) };
    const response = await reach(url, {
      method, headers, signal, cache: "no-store", body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (response.status === 401) {
      if (used === token) await askToken(used !== "");
      continue;
    }
    if (!response.ok) throw new Problem(response.status, await complaint(response));
    return response;
  }
}

async function reach(url, options) {
  try {
    return await fetch(url, options);
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new Problem(0, t("api.unreachable"));
  }
}

/** Call a control route; gives the JSON it answers. */
export async function ask(path, options) {
  return (await call(path, options)).json();
}

async function complaint(response) {
  const text = await response.text();
  try {
    return JSON.parse(text).error ?? text;
  } catch {
    return text || String(response.status);
  }
}

/** Ask for the admin token, once however many calls want it. */
function askToken(wasWrong) {
  asking ??= new Promise((resolve) => {
    const field = h("input", { type: "password", autocomplete: "off", id: "admin-token", spellcheck: "false" });
    const form = h("form", { method: "dialog", onsubmit: () => { token = field.value.trim(); } },
      h("h2", {}, t("token.title")),
      h("p", {}, t(wasWrong ? "token.wrong" : "token.why")),
      h("label", { for: "admin-token" }, t("token.label")), field,
      button(t("token.use"), () => {}, { type: "submit", class: "main" }));
    const dialog = h("dialog", { "aria-label": t("token.title"), oncancel: (event) => event.preventDefault() }, form);
    dialog.addEventListener("close", () => { dialog.remove(); asking = null; resolve(); });
    document.body.append(dialog);
    dialog.showModal();
  });
  return asking;
}
