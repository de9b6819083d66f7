// A call as text that makes it again: for a shell, for lark-oapi and for the client of this project.

import { Exact, write } from "./exact.js";

function quoted(text) { return `'${text.replaceAll("'", "'\\''")}'`; }

function pathWithQuery(found) {
  const query = new URLSearchParams(found.query).toString();
  return found.path + (query ? `?${query}` : "");
}

function tokenFor(found, token) {
  return found.world === "-" ? "YOUR_TOKEN" : token;
}

/** Write a call for a shell. */
export function asCurl(found, token) {
  const lines = [`curl -sS -X ${quoted(found.method)} ${quoted(location.origin + pathWithQuery(found))}`,
    `  -H ${quoted(`Authorization: Bearer ${tokenFor(found, token)}`)}`];
  if (found.request !== null && found.request !== undefined) {
    lines.push(`  -H ${quoted(`Content-Type: ${found.headers["content-type"] ?? "application/json"}`)}`);
    lines.push(`  --data-raw ${quoted(typeof found.request === "string" ? found.request : write(found.request))}`);
  }
  return `${lines.join(" \\\n")}\n`;
}

const INDENT = "    ";

/** Write a value as Python does. */
export function python(value, indent = "") {
  if (value === null || value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (value instanceof Exact) return value.source;
  if (typeof value === "string") return text(value);
  if (typeof value !== "object") return String(value);
  const inner = indent + INDENT;
  const isList = Array.isArray(value);
  const parts = isList ? value.map((item) => inner + python(item, inner))
    : Object.entries(value).map(([key, item]) => `${inner}${text(key)}: ${python(item, inner)}`);
  const [open, close] = isList ? "[]" : "{}";
  return parts.length ? `${open}\n${parts.join(",\n")},\n${indent}${close}` : open + close;
}

/** Write a text as a Python literal; every character that could end or turn it is escaped. */
function text(value) {
  return JSON.stringify(value).replace(/[\u007f-\u00a0\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g,
    (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function app(found) { return found.world === "-" || found.world === "default" ? "cli_page" : found.world; }

/** Write a call with lark-oapi, whatever the operation. */
export function asLark(found) {
  const hasBody = found.request !== null && typeof found.request === "object";
  const queries = found.query.map(([name, value]) => `(${text(name)}, ${text(value)})`).join(", ");
  return [
    "import lark_oapi as lark",
    "",
    `client = lark.Client.builder().app_id(${text(app(found))}).app_secret("any").domain(${text(location.origin)}).build()`,
    ...(hasBody ? [`body = ${python(found.request)}`] : []),
    "request = (",
    `${INDENT}lark.BaseRequest.builder()`,
    `${INDENT}.http_method(lark.HttpMethod.${/^[A-Z]+$/.test(found.method) ? found.method : "GET"})`,
    `${INDENT}.uri(${text(found.path)})`,
    ...(queries ? [`${INDENT}.queries([${queries}])`] : []),
    `${INDENT}.token_types({lark.AccessTokenType.TENANT})`,
    ...(hasBody ? [`${INDENT}.body(body)`] : []),
    `${INDENT}.build()`,
    ")",
    "response = client.request(request)",
    "print(response.code, response.msg, response.raw.content.decode())",
    "",
  ].join("\n");
}

// How the client names an operation; a path's id is the first argument of those that have one.
const METHODS = {
  "okr.v1.progress_record.create": ["progress_records.create"],
  "okr.v1.progress_record.get": ["progress_records.get", "progress_records"],
  "okr.v1.progress_record.update": ["progress_records.update", "progress_records"],
  "okr.v1.progress_record.delete": ["progress_records.delete", "progress_records"],
  "okr.v1.okr.batch_get": ["okrs.batch_get"],
  "okr.v1.user_okr.list": ["users.okrs", "users", true],
  "okr.v1.period.list": ["periods.list", "", true],
  "okr.v1.period.create": ["periods.create"],
  "okr.v1.period.patch": ["periods.patch", "periods"],
  "okr.v1.period_rule.list": ["period_rules.list"],
  "okr.v1.review.query": ["reviews.query"],
  "okr.v2.cycle.list": ["cycles.list", "", true],
  "okr.v2.cycle_objective.list": ["cycles.objectives", "cycles", true],
  "okr.v2.objective.get": ["objectives.get", "objectives"],
  "okr.v2.objective_key_result.list": ["objectives.key_results", "objectives", true],
  "okr.v2.objective_progress.list": ["objectives.progresses", "objectives", true],
  "okr.v2.key_result.get": ["key_results.get", "key_results"],
  "okr.v2.key_result_progress.list": ["key_results.progresses", "key_results", true],
};
const PAGING = new Set(["page_size", "page_token", "offset", "limit"]);

/** Write a call with the client of this project; "" for an operation that it has no method for. */
export function asClient(found) {
  const [method, group, isIterator] = METHODS[found.operation] ?? [];
  if (!method || (found.request !== null && (typeof found.request !== "object" || Array.isArray(found.request)))) return "";
  const segments = found.path.split("/");
  const id = group ? [text(decodeURIComponent(segments[segments.lastIndexOf(group) + 1] ?? ""))] : [];
  const given = { ...queried(found.query), ...found.request };
  const rest = Object.keys(given).length ? [`**${python(given, INDENT)}`] : [];
  const call = `client.${method}(${[...id, ...rest].join(", ")})`;
  return [
    "from feishu_okr import OKRClient",
    "",
    `with OKRClient(${text(app(found))}, "any", base_url=${text(location.origin)}, check=False) as client:`,
    `${INDENT}print(${isIterator ? `list(${call})` : call})`,
    "",
  ].join("\n");
}

/** Gather a query as arguments; the client turns pages by itself. */
function queried(query) {
  const given = {};
  for (const [name, value] of query) {
    if (!PAGING.has(name)) given[name] = name in given ? [given[name], value].flat() : value;
  }
  return given;
}
