// node segment_node.mjs HOST KEY CASE
import { Analytics } from "@segment/analytics-node";
import { run } from "./cases.mjs";

const [host, key, name] = process.argv.slice(2);
const analytics = new Analytics({ writeKey: key, host, flushInterval: 200, maxRetries: 3 });
const errors = [];
analytics.on("error", (error) => errors.push(String(error.code ?? error)));
const client = {
  name: "segment-node",
  identify: (userId, anonymousId, traits) => analytics.identify({ userId, anonymousId, traits }),
  track: (userId, event, properties, messageId) => analytics.track({ userId, event, properties, messageId }),
  page: (userId, title) => analytics.page({ userId, name: title }),
  screen: (userId, title) => analytics.screen({ userId, name: title }),
  group: (userId, groupId, traits) => analytics.group({ userId, groupId, traits }),
  alias: (userId, previousId) => analytics.alias({ userId, previousId }),
  flush: () => analytics.closeAndFlush({ timeout: 20000 }),
};
await run(name, client);
console.log(JSON.stringify(errors));
