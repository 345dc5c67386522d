// node segment_browser.mjs HOST KEY CASE: the browser's SDK in jsdom, with the CORS preflights that a browser sends
import { JSDOM } from "jsdom";
import { run } from "./cases.mjs";

const [host, key, name] = process.argv.slice(2);
const origin = "https://shop.example.org";
const page = new JSDOM("<!doctype html><title>Pricing</title>", { url: `${origin}/pricing?utm_source=spring` });
const refusals = [];
const sending = [];
const plainFetch = globalThis.fetch;

// jsdom has no fetch and node's asks no permission: this one does what a browser does with a foreign address.
const browserFetch = async (address, options) => {
  if (!options?.method) {
    const settings = await plainFetch(address, options);
    if (settings.headers.get("access-control-allow-origin") !== "*") throw new TypeError("blocked by CORS");
    return settings;
  }
  const asked = { "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type" };
  const preflight = await plainFetch(address, { method: "OPTIONS", headers: { Origin: origin, ...asked } });
  const allowed = preflight.headers.get("access-control-allow-headers") ?? "";
  const answer = await plainFetch(address, options);
  const from = [preflight, answer].map((each) => each.headers.get("access-control-allow-origin"));
  if (!preflight.ok || !allowed.includes("authorization") || from.some((each) => each !== "*")) {
    refusals.push("CORS");
    throw new TypeError("blocked by CORS");
  }
  if (answer.status !== 200) refusals.push(String(answer.status));
  return answer;
};
const tracedFetch = (...words) => {
  const sent = browserFetch(...words);
  sending.push(sent.catch(() => {}));
  return sent;
};
const globals = { window: page.window, self: page.window, fetch: tracedFetch };
for (const property of ["document", "localStorage", "location", "history", "navigator", "Event", "CustomEvent"]) {
  globals[property] = page.window[property];
}
for (const [property, value] of Object.entries(globals)) {
  Object.defineProperty(globalThis, property, { value, configurable: true, writable: true });
}
page.window.fetch = tracedFetch;

const { AnalyticsBrowser } = await import("@segment/analytics-next");
const [analytics] = await AnalyticsBrowser.load({ writeKey: key, cdnURL: host });
const done = [];
const client = {
  name: "segment-browser",
  identify: (userId, anonymousId, traits) => {
    analytics.setAnonymousId(anonymousId);
    done.push(analytics.identify(userId, traits));
  },
  track: (userId, event, properties, messageId) => {
    done.push(analytics.track(event, properties, { userId, ...(messageId ? { messageId } : {}) }));
  },
  page: (userId, title) => done.push(analytics.page(title)),
  screen: (userId, title) => done.push(analytics.screen(title)),
  group: (userId, groupId, traits) => done.push(analytics.group(groupId, traits)),
  alias: (userId, previousId) => done.push(analytics.alias(userId, previousId)),
  flush: async () => {
    await Promise.race([Promise.allSettled(done), new Promise((resolve) => setTimeout(resolve, 15000))]);
    await Promise.allSettled(sending);
  },
};
await run(name, client);
console.log(JSON.stringify([...new Set(refusals)]));
process.exit(0);
