// node rudder_node.mjs HOST KEY CASE
import RudderAnalytics from "@rudderstack/rudder-sdk-node";
import { run } from "./cases.mjs";

const [host, key, name] = process.argv.slice(2);
const errors = new Set();
const sent = [];
const analytics = new RudderAnalytics(key, {
  dataPlaneUrl: host,
  flushInterval: 200,
  errorHandler: (error) => errors.add(String(error.message ?? error)),
});
// Its flush() sends one batch of what waits; the callbacks tell when each message has gone.
const call = (method, message) => sent.push(new Promise((resolve) => analytics[method](message, resolve)));
const client = {
  name: "rudder-node",
  identify: (userId, anonymousId, traits) => call("identify", { userId, anonymousId, traits }),
  track: (userId, event, properties, messageId) => call("track", { userId, event, properties, messageId }),
  page: (userId, title) => call("page", { userId, name: title }),
  screen: (userId, title) => call("screen", { userId, name: title }),
  group: (userId, groupId, traits) => call("group", { userId, groupId, traits }),
  alias: (userId, previousId) => call("alias", { userId, previousId }),
  flush: async () => {
    for (const error of await Promise.all(sent)) if (error) errors.add(String(error.message ?? error));
  },
};
await run(name, client);
console.log(JSON.stringify([...errors]));
process.exit(0);
