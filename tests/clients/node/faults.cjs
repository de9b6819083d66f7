// Three creates a case by the official SDK, of which the second meets a fault: reads {domain, record, cases} from stdin
// and prints one JSON document, for each case what the SDK answered or threw at each of its calls.
const { readFileSync } = require("node:fs");
const { Client, defaultHttpInstance } = require("@larksuiteoapi/node-sdk");

const { domain, record, cases } = JSON.parse(readFileSync(0, "utf8"));
const levels = ["fatal", "error", "warn", "info", "debug", "trace"];
const logger = Object.fromEntries(levels.map((level) => [level, () => {}])); // the SDK's own writes to stdout

const clients = Object.fromEntries(cases.map(({ then, appId }) => [then, new Client({ appId, appSecret: "s", domain, logger })]));
const said = Object.fromEntries(cases.map(({ then }) => [then, []]));

async function call({ then }) {
  try {
    const answer = await clients[then].okr.progressRecord.create({ data: record });
    said[then].push({ type: typeof answer, code: answer?.code });
  } catch ({ name, code, message, response }) {
    said[then].push({ thrown: { name, code, message, status: response?.status, answered: response?.data?.code } });
  }
}

// The SDK has one time-out for all its clients, so calls with the same one are made together.
async function round(some, timeout) {
  defaultHttpInstance.defaults.timeout = timeout * 1000;
  await Promise.all(some.map(call));
}

async function main() {
  await round(cases, 10);
  for (const timeout of new Set(cases.map((one) => one.timeout))) {
    await round(cases.filter((one) => one.timeout === timeout), timeout);
  }
  await round(cases, 10);
  process.stdout.write(JSON.stringify(said));
}

main();
