//! Epochs: the list with its figures, one epoch with its batch, challenged entries, and servers that lie or are gone.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { stage, until } from "./harness/world.mjs";

const entriesOf = (page) => page.getByRole("table", { name: "Entries of the batch" }).locator("tbody tr");
/** "671.71 GDN" in hundredths. */
const hundredths = (text) => BigInt(text.replace(/[^0-9]/g, ""));

describe("epochs", () => {
  let world;
  /** The configuration, for when no daemon gives it. */
  let known;
  before(async () => {
    world = await stage({ epochs: 2, posted: true });
    // The server's view is some seconds behind.
    await until("the batch that was posted", async () => (await world.api("v1/epochs")).some(({ epoch, status }) => epoch === 3 && status === "window"));
    known = await world.config();
  });
  after(() => world?.close());

  /** Both servers and chain as they are, but for one answer of the API. */
  const openLying = (path, pattern, lie) =>
    world.open(path, {
      before: (page) =>
        page.context().route(pattern, async (route) => {
          const response = await route.fetch();
          await route.fulfill({ response, json: lie(await response.json()) });
        }),
    });

  test("the list has every epoch, what it paid, and how evenly", async () => {
    const page = await world.open("#/epochs");
    const rows = page.getByRole("table", { name: "All epochs" }).locator("tbody tr");
    await rows.nth(2).waitFor();
    assert.deepEqual(await rows.locator("th a").allInnerTexts(), ["Epoch 3", "Epoch 2", "Epoch 1"]);
    assert.match(await rows.nth(0).innerText(), /open to challenges/);
    assert.match(await rows.nth(2).innerText(), /settled/);
    const { total } = await world.read("RewardDistributor", "batch", 1n);
    assert.equal(hundredths((await rows.nth(2).innerText()).match(/[\d,.]+ GDN/)[0]), (BigInt(total) * world.unit) / 10n ** 16n);
    const charts = page.locator("figure svg[role=img]");
    assert.equal(await charts.count(), 4);
    const fairness = (await world.api("v1/epochs/1")).fairness;
    await page.getByText("As a table").click();
    const figures = page.getByRole("table", { name: "The figures of every epoch" });
    assert.match(await figures.getByRole("row", { name: /^1 / }).innerText(), new RegExp(`0\\.${fairness.concentration.gini}`.replace(/0+$/, "")));
    assert.match(await charts.first().locator("title").first().textContent(), /^Gini coefficient for epochs 1 to 3: 0\./);
    await world.look(page, "epochs");
  });

  test("an epoch shows where its batch stands, who signed it, its hashes and its files", async () => {
    const page = await world.open("#/epochs");
    await page.getByRole("link", { name: "Epoch 2", exact: true }).click();
    await page.getByText("Final: every entry was credited, or has its answer.").waitFor();
    await page.getByText(/^2 of 3 oracles of set 1/).waitFor();
    await page.getByText("did not sign").waitFor();
    const { evidence_hash: hash } = await world.api("v1/epochs/2");
    const download = page.getByRole("link", { name: /^Download from/ }).first();
    assert.equal(new URL(await download.getAttribute("href")).pathname, `/v1/evidence/${hash}`);
    assert.equal(await page.getByTitle(hash).count(), 1);
    const { fairness } = await world.api("v1/epochs/2");
    const slices = page.getByRole("table", { name: "What was earned, by slice" });
    assert.equal(await slices.locator("tbody tr").count(), fairness.slices.filter((slice) => slice.units > 0).length);
    await world.look(page, "epoch");
  });

  test("entries stand by account number; the DAO may have them ranked", async () => {
    const page = await world.open("#/epoch/2");
    await entriesOf(page).first().waitFor();
    const amounts = async (page) => (await entriesOf(page).locator("td.figure").allInnerTexts()).map(hundredths);
    const plain = await amounts(page);
    const ranked = await world.open("#/epoch/2", { at: await world.host(await world.config({ ranking: true })) });
    await ranked.getByText("The largest first").waitFor();
    const descending = plain.toSorted((a, b) => (a > b ? -1 : 1));
    assert.deepEqual(await amounts(ranked), descending);
    assert.notDeepEqual(plain, descending, "the batch goes by number");
  });

  test("a batch in its window says until when, and a challenged entry is marked without the others", async () => {
    const page = await world.open("#/epoch/3");
    const { windowEnd } = await world.read("RewardDistributor", "batch", 3n);
    const end = new Intl.DateTimeFormat("en-US", { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" }).format(Number(windowEnd) * 1000);
    await page.getByText(`Open to challenges until ${end}`).waitFor();
    await world.look(page, "epoch-window");
    const bond = await world.read("Disputes", "bond");
    await world.send(world.stranger, "Disputes", "challenge", [3n, 1], BigInt(bond));
    await page.reload();
    await page.getByText("1 entry is under challenge. The others are not affected.").waitFor();
    const states = await entriesOf(page).locator("td:last-child").allInnerTexts();
    assert.equal(states.filter((state) => state === "under challenge").length, 1);
    assert.equal(states.indexOf("under challenge"), 1);
    await world.look(page, "epoch-challenged");
  });

  test("a server that lies about a batch is contradicted by the chain", async () => {
    const page = await openLying("#/epoch/2", /\/v1\/epochs\/2$/, (epoch) => ({ ...epoch, total: `${BigInt(epoch.total) * 2n}`, evidence_hash: `0x${"ab".repeat(32)}` }));
    await page.getByText("A server says something else than the chain").waitFor();
    const { total } = await world.read("RewardDistributor", "batch", 2n);
    assert.equal(hundredths(await page.locator(".total").innerText()), (BigInt(total) * world.unit) / 10n ** 16n);
    await page.getByText(/^total .*, on the chain /).waitFor();
    await page.getByText(/^evidence 0xababab/).waitFor();
    await world.look(page, "epoch-contradicted");
  });

  test("a total that a server makes up is not in the list", async () => {
    const page = await openLying("#/epochs", /\/v1\/epochs\?/, (epochs) => epochs.map((epoch) => ({ ...epoch, total: "123000000000000000000000" })));
    const rows = page.getByRole("table", { name: "All epochs" }).locator("tbody tr");
    await rows.nth(2).waitFor();
    assert.doesNotMatch(await rows.nth(2).innerText(), /123,000/);
  });

  test("an answer that is not as described is an error with a way on, and the chain is shown all the same", async () => {
    const page = await openLying("#/epoch/2", /\/v1\/epochs\/2$/, () => ({ epoch: "two" }));
    await page.getByText("Final: every entry was credited, or has its answer.").waitFor();
    await page.getByText("No oracle's server answers.", { exact: false }).first().waitFor();
  });

  test("the epoch that runs, and one that has not begun", async () => {
    const { epochStart, epochLength } = await world.config();
    const running = Math.floor((Number((await world.chain.getBlock()).timestamp) - epochStart) / epochLength) + 1;
    const page = await world.open(`#/epoch/${running}`);
    await page.getByText("This epoch is running").waitFor();
    await world.look(page, "epoch-running");
    await page.goto(new URL("#/epoch/90", page.url()).href);
    await page.getByText("This epoch has not begun").waitFor();
  });

  test("with every server down, epochs come from the chain", async () => {
    await world.stop();
    const at = await world.host({ ...known, apis: [world.url] });
    const list = await world.open("#/epochs", { at });
    await list.getByText("No oracle's server answers, so this is what the chain has").waitFor();
    const rows = list.getByRole("table", { name: "All epochs" }).locator("tbody tr");
    assert.deepEqual(await rows.locator(".stage").allInnerTexts(), ["open to challenges", "settled", "settled"]);
    await world.look(list, "epochs-no-server");
    const page = await world.open("#/epoch/2", { at });
    await page.getByText("Final: every entry was credited, or has its answer.").waitFor();
    assert.ok((await entriesOf(page).count()) > 0);
    await page.getByText("Verify the epoch to compute them here").waitFor();
    await world.look(page, "epoch-no-server");
    await world.start();
  });

  test("without the chain, epochs are a server's word, and said to be", async () => {
    await world.pageRpc("down");
    const list = await world.open("#/epochs");
    await list.getByText("The chain does not answer now, so this is a server's word.").waitFor();
    await world.look(list, "epochs-no-chain");
    await world.pageRpc("heal");
    await list.getByRole("button", { name: "Try again" }).click();
    await list.getByText("The chain does not answer now").waitFor({ state: "detached" });
  });
});

describe("before the first epoch", () => {
  let world;
  before(async () => (world = await stage({ epochs: 0 })));
  after(() => world?.close());

  test("there are none, and when there will be", async () => {
    const page = await world.open("#/epochs");
    await page.getByText("No epoch has been scored yet").waitFor();
    await world.look(page, "epochs-none");
  });
});
