// What every client sends in each case; `client` has identify, track, page, screen, group, alias and flush.

const EVERYTHING = { text: "ü \ud800 \u0000 '; DROP TABLE events;--", number: NaN, far: Infinity, deep: { a: [{ b: null }] } };

export async function run(name, client) {
  if (name === "basic") {
    client.identify("u1", "a1", { industry: "software", employees: 40 });
    for (let number = 0; number < 25; number += 1) client.track("u1", `basic ${number}`, { value: number });
    client.page("u1", "Pricing");
    client.screen("u1", "Home");
    client.group("u1", "acme", { plan: "gold" });
    client.alias("u1", "a9");
  }
  if (name === "duplicates") {
    for (const number of [0, 1, 0, 1, 2]) client.track("u1", `duplicate ${number}`, {}, `fixed-${client.name}-${number}`);
  }
  if (name === "hostile") client.track("u1", "hostile", EVERYTHING);
  if (name === "large") {
    const text = "x".repeat(20_000);
    for (let number = 0; number < 60; number += 1) client.track("u1", `large ${number}`, { text });
  }
  if (name === "wrong-key") client.track("u1", "never", {});
  await client.flush();
}
