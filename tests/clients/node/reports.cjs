// Seven reports a world by the official SDK, then the first one is read, changed and deleted: reads {domain, record,
// worlds} from stdin. What becomes of the calls is not told here; the emulator has seen it.
const { readFileSync } = require("node:fs");
const { Client } = require("@larksuiteoapi/node-sdk");

const { domain, record, worlds } = JSON.parse(readFileSync(0, "utf8"));
const levels = ["fatal", "error", "warn", "info", "debug", "trace"];
const logger = Object.fromEntries(levels.map((level) => [level, () => {}])); // the SDK's own writes to stdout

async function report(appId) {
  const records = new Client({ appId, appSecret: "secret", domain, logger }).okr.progressRecord;
  const ids = [];
  for (let number = 1; number <= 7; number++) {
    const data = { ...record, source_title: `周报 ${number}` };
    const answer = await records.create({ data }).catch(() => undefined);
    if (answer?.code === 0) ids.push(answer.data.progress_id);
  }
  const path = { progress_id: ids[0] ?? "1" };
  await records.get({ path }).catch(() => undefined);
  await records.update({ path, data: { content: record.content } }).catch(() => undefined);
  await records.delete({ path }).catch(() => undefined);
}

Promise.all(worlds.map(report));
