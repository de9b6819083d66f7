// The life of a record by the official SDK: reads {domain, appId, record, change} from stdin and prints one JSON
// document, for each step what the SDK answered or what it threw.
const { readFileSync } = require("node:fs");
const { Client, withUserAccessToken } = require("@larksuiteoapi/node-sdk");

const { domain, appId, record, change } = JSON.parse(readFileSync(0, "utf8"));
const levels = ["fatal", "error", "warn", "info", "debug", "trace"];
const logger = Object.fromEntries(levels.map((level) => [level, () => {}])); // the SDK's own writes to stdout

const recordsOf = (id) => new Client({ appId: id, appSecret: "secret", domain, logger }).okr.progressRecord;

const attempt = (promise) =>
  promise.catch(({ name, message, response }) => ({
    thrown: { name, message, status: response?.status, data: response?.data },
  }));

async function main() {
  const records = recordsOf(appId);
  const params = { user_id_type: "open_id" };
  const created = await attempt(records.create({ params, data: record }));
  const path = { progress_id: created.data?.progress_id ?? "" };
  const steps = {
    created,
    read: await attempt(records.get({ path, params })),
    updated: await attempt(records.update({ path, params, data: change })),
    readAgain: await attempt(records.get({ path })),
    deleted: await attempt(records.delete({ path })),
    readGone: await attempt(records.get({ path })),
    deletedGone: await attempt(records.delete({ path })),
    incomplete: await attempt(records.create({ data: { ...record, source_url: undefined } })),
    byUser: await attempt(records.create({ data: record }, withUserAccessToken(`u-dev.${appId}`))),
    byInvalidApp: await attempt(recordsOf("not an app").get({ path })),
  };
  process.stdout.write(JSON.stringify(steps));
}

main();
