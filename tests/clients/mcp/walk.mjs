// A walk by the official MCP server: reads {domain, appId, userId, record, change} from stdin and prints one JSON
// document, for each tool that was called whether it told an error and what it said.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const { domain, appId, userId, record, change } = JSON.parse(readFileSync(0, "utf8"));
const found = createRequire(import.meta.url); // unlike import, it looks where NODE_PATH says
const load = (name) => import(pathToFileURL(found.resolve(name)));
const { Client } = await load("@modelcontextprotocol/sdk/client/index.js");
const { StdioClientTransport } = await load("@modelcontextprotocol/sdk/client/stdio.js");

const offered = ["create", "get", "update", "delete"].map((verb) => `okr.v1.progressRecord.${verb}`);
const tools = [...offered, "okr.v1.userOkr.list", "okr.v1.period.list", "okr.v1.periodRule.list", "okr.v1.review.query"];
const server = found.resolve("@larksuiteoapi/lark-mcp/dist/cli.js");
const flags = ["mcp", "-a", appId, "-s", "secret", "-d", domain, "-t", tools.join(","), "--token-mode", "tenant_access_token"];

const client = new Client({ name: "walk", version: "1" });
await client.connect(new StdioClientTransport({ command: process.execPath, args: [server, ...flags], stderr: "ignore" }));

const call = async (name, args) => {
  const answer = await client.callTool({ name, arguments: args });
  return { refused: answer.isError ?? false, said: JSON.parse(answer.content[0].text) };
};

const okrs = await call("okr_v1_userOkr_list", { path: { user_id: userId }, params: { offset: "0", limit: "5" } });
const created = await call("okr_v1_progressRecord_create", { data: record, params: {} });
const path = { progress_id: created.said.progress_id };
const steps = {
  okrs,
  periods: await call("okr_v1_period_list", { params: { page_size: 5 } }),
  rules: await call("okr_v1_periodRule_list", {}),
  reviews: await call("okr_v1_review_query", { params: { user_ids: [userId], period_ids: [okrs.said.okr_list[0].period_id] } }),
  created,
  read: await call("okr_v1_progressRecord_get", { path, params: {} }),
  updated: await call("okr_v1_progressRecord_update", { path, data: change, params: {} }),
  deleted: await call("okr_v1_progressRecord_delete", { path }),
  readGone: await call("okr_v1_progressRecord_get", { path, params: {} }),
};
await client.close();
process.stdout.write(JSON.stringify(steps));
