//! Why: every amount opens into its reasons, and they add up to what is on the chain.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { stage } from "./harness/world.mjs";

let world;
before(async () => (world = await stage({ epochs: 3 })));
after(() => world?.close());

/** Base units of "1,315.752127 GDN", as an amount's title has it. */
const base = (title) => {
  const [whole, fraction = ""] = title.split(" ")[0].split(".");
  return BigInt(whole) * 10n ** 18n + BigInt(fraction.padEnd(18, "0"));
};
const epochOf = (page, number) => page.locator("details.reasons", { has: page.locator("summary", { hasText: `Epoch ${number}` }) });

test("the line items of every epoch add up to the entries on the chain", async () => {
  const page = await world.open("#/c/jun-parkway");
  await page.getByRole("heading", { level: 2, name: "Why" }).waitFor();
  let sum = 0n;
  for (const number of [3, 2, 1]) {
    const epoch = epochOf(page, number);
    if ((await epoch.getAttribute("open")) === null) await epoch.locator("summary").first().click();
    const amounts = await epoch.locator(".item > .line-head .amount").evaluateAll((all) => all.map((one) => one.title));
    assert.ok(amounts.length > 0, `epoch ${number} has line items`);
    const items = amounts.map(base).reduce((total, one) => total + one, 0n);
    assert.equal(base(await epoch.locator(".sum .result .amount").getAttribute("title")), items);
    sum += items;
  }
  const account = await world.read("RewardDistributor", "account", BigInt(world.person("jun-parkway").id));
  assert.equal(sum, BigInt(account.earned) * world.unit);
  await world.look(page, "contributor");
});

test("a line item has its slice, factors, price, what counted less, and a link to the work", async () => {
  const page = await world.open("#/c/rick-fastbuck");
  const epoch = epochOf(page, 1);
  await epoch.locator("summary").first().click();
  const item = epoch.locator(".item").filter({ hasText: "generated, vendored or moved" });
  const link = item.getByRole("link").first();
  assert.match(await link.getAttribute("href"), /^https:\/\/github\.com\/meadowlark-sample\/prairie\/pull\/13$/);
  assert.equal(await link.getAttribute("rel"), "noopener noreferrer");
  await item.getByText("×0.25 no independent merge or approval").waitFor();
  await item.getByText(/slice code/).first().waitFor();
  await item.getByText("How it was computed").click();
  await item.getByText("A point paid").waitFor();
  await item.getByText(/points for one of full size \(points\.feature\)/).waitFor();
  // A debt for reverted work is told where it is kept back.
  await epochOf(page, 3).getByText("Kept back for work of earlier epochs that was reverted").waitFor();
  await world.look(page, "contributor-factors");
});

test("what earned nothing is listed with its reason", async () => {
  const page = await world.open("#/c/pat-typofix");
  const epoch = epochOf(page, 1);
  await epoch.locator("summary").first().click();
  await epoch.getByRole("heading", { name: "What earned nothing" }).waitFor();
  await epoch.getByText('a maintainer labelled it "wontfix"').waitFor();
  await epoch.getByRole("heading", { name: "Not merged in this epoch" }).waitFor();
  assert.equal(await epoch.getByRole("link", { name: /almanac#6/ }).getAttribute("href"), "https://github.com/meadowlark-sample/almanac/issues/6");
  await epoch.getByText("No wallet was linked, so it accrues").waitFor();
});

test("earnings over epochs are drawn, and told as a table", async () => {
  const page = await world.open("#/c/jun-parkway");
  const chart = page.getByRole("img", { name: /^Earned by epoch, bars for epochs 1 to 3\. The most was .* GDN in epoch \d\.$/ });
  await chart.waitFor();
  assert.equal(await chart.locator(".bar").count(), 3);
  await page.getByText("As a table").click();
  const rows = page.locator(".chart tbody tr");
  assert.equal(await rows.count(), 3);
  const explained = await world.api("v1/contributors/jun-parkway/explain");
  const titles = await rows.locator(".amount").evaluateAll((all) => all.map((one) => one.title));
  assert.deepEqual(titles.map(base), explained.map(({ result }) => BigInt(result.earned) * world.unit));
});

test("an account nobody knows is said to be unknown", async () => {
  const page = await world.open("#/c/nobody-of-that-name");
  await page.getByText("GitHub knows no account nobody-of-that-name").waitFor();
  await world.look(page, "contributor-unknown");
});

test("an account that never contributed has nothing, and is told what counts", async () => {
  const page = await world.open("#/c/424242");
  await page.getByText("Nothing of this account was seen in any epoch").waitFor();
  await page.getByText("This account has no wallet yet").waitFor();
  await world.look(page, "contributor-nothing");
});

test("a title with markup stays text", async () => {
  const explained = await world.api("v1/contributors/jun-parkway/explain");
  explained[0].items[0].inputs = { ...explained[0].items[0].inputs, of: "pull", title: "<img src=x onerror=alert(1)> \u202etxt", files: 1, additions: 1, deletions: 0, generated: 0, labels: ["<b>"], open: 0 };
  const page = await world.open("#/c/jun-parkway", {
    before: (page) => page.route("**/explain*", (route) => route.fulfill({ json: explained, headers: { "access-control-allow-origin": "*" } })),
  });
  const epoch = epochOf(page, 1);
  await epoch.locator("summary").first().click();
  await epoch.getByText("<img src=x onerror=alert(1)>").first().waitFor();
  assert.equal(await page.locator("main img").count(), 0);
});

test("an answer that is not as the API's description says is refused, and the chain's amounts stay", async () => {
  const page = await world.open("#/c/jun-parkway", {
    before: (page) => page.route("**/explain*", (route) => route.fulfill({ json: [{ epoch: "one" }], headers: { "access-control-allow-origin": "*" } })),
  });
  await page.getByText("can be claimed now").waitFor();
  await page.getByRole("heading", { level: 2, name: "Why" }).waitFor();
  await page.getByText("Reasons cannot be shown now").waitFor();
});
