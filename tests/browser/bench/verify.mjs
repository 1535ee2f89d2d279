//! How long a browser takes to verify an epoch: a made-up one, served as evidence of a real one, through the page's own
//! view, worker and module. `verify.mjs FILE [RUNS]`; the file is of `bench-score write FACTS FILE`.
//!
//! The figure is the page's: from asking for the file to the computed batch. What is computed differs from the chain, of
//! course, and the page says so with every entry.

import assert from "node:assert/strict";
import { createReadStream, statSync } from "node:fs";
import { createServer } from "node:http";
import { cpus } from "node:os";
import { stage } from "../harness/world.mjs";

const [file, runs = "3"] = process.argv.slice(2);
if (!file) throw new Error("usage: verify.mjs FILE [RUNS]");

const server = createServer((request, response) => {
  response.writeHead(200, { "access-control-allow-origin": "*", "content-type": "application/jsonl", "content-length": statSync(file).size });
  createReadStream(file).pipe(response);
});
await new Promise((done) => server.listen(0, "127.0.0.1", done));

const world = await stage({ epochs: 1 });
try {
  const config = await world.config();
  const at = await world.host({ ...config, apis: [`http://127.0.0.1:${server.address().port}/`] });
  console.log(`${(statSync(file).size / 1e6).toFixed(1)} MB of evidence, ${cpus()[0].model}, Chromium with one worker`);
  for (let run = 0; run < Number(runs); run++) {
    const began = performance.now();
    const page = await world.open("#/verify/1", { at });
    await page.getByText("This is not the evidence that the oracles signed").waitFor({ timeout: 120_000 });
    const ended = performance.now();
    const said = await page.getByText(/^Computed here in/).innerText();
    const timings = JSON.parse(await page.locator("[data-timings]").getAttribute("data-timings"));
    const facts = await page.locator("[data-timings]").getAttribute("data-facts");
    assert.ok(Number(facts) > 0);
    const part = (name) => `${name} ${Math.round(timings[name])} ms`;
    console.log(`${facts} facts: ${Math.round(timings.total)} ms (${["fetch", "read", "score"].map(part).join(", ")}); ${Math.round(ended - began)} ms from opening the page to the verdict. The page: "${said}"`);
    await page.context().close();
  }
} finally {
  server.close();
  await world.close();
}
