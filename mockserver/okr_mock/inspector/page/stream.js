// The stream of calls: server-sent events read by fetch, which unlike EventSource can carry the admin token.

import { call, Problem } from "./api.js";

const SOON = 500;
const LATEST = 10000;

/** Follow all calls; `tell` gets (kind, calls, missed), kind being `past`, `ready`, `calls` or `lost`. Ends with `signal`. */
export async function follow(past, tell, signal) {
  let pause = SOON;
  while (!signal.aborted) {
    try {
      const response = await call("events", { query: { past }, signal });
      pause = SOON;
      await read(response.body, tell);
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof Problem) tell("refused", [], 0, error.message);
    }
    if (signal.aborted) return;
    tell("lost", [], 0);
    await new Promise((resolve) => { setTimeout(resolve, pause); });
    pause = Math.min(pause * 2, LATEST);
  }
}

async function read(body, tell) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const events = (rest + value).split("\n\n");
    rest = events.pop();
    for (const event of events) take(event, tell);
  }
}

function take(event, tell) {
  let kind = "";
  let data = "";
  for (const line of event.split("\n")) {
    if (line.startsWith("event: ")) kind = line.slice(7);
    if (line.startsWith("data: ")) data += line.slice(6);
  }
  if (!kind) return;
  const { calls, missed } = JSON.parse(data);
  tell(kind, calls, missed);
}
