//! The first load: what a visitor of the claim page gets before it shows anything.

import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { gzipSync } from "node:zlib";

const dist = new URL("../dist/", import.meta.url);
const MOST = 150 * 1024;

const read = (name) => readFileSync(new URL(name, dist));
const size = (name) => gzipSync(read(name), { level: 9 }).length;

/** The scripts and styles that a script loads before it runs, itself among them. */
function needs(name, seen = new Set()) {
  if (seen.has(name)) return seen;
  seen.add(name);
  if (!name.endsWith(".js")) return seen;
  const text = read(name).toString();
  for (const [, file] of text.matchAll(/(?:^|[;}\s])(?:import|export)\s*(?:[\w*{}\s,$]+from\s*)?["']\.\/([\w.-]+)["']/g)) needs(`assets/${file}`, seen);
  return seen;
}

test("the first load is at most 150 kB with gzip", () => {
  assert.ok(existsSync(new URL("index.html", dist)), "there is no web/dist: run `make web`");
  const html = read("index.html").toString();
  const named = [...html.matchAll(/(?:src|href)="\.\/(assets\/[^"]+)"/g)].map(([, file]) => file);
  const claim = readdirSync(new URL("assets/", dist)).filter((file) => /^claim-.*\.js$/.test(file)).map((file) => `assets/${file}`);
  assert.ok(named.length >= 2 && claim.length === 1, `${named} ${claim}`);
  const all = new Set(["index.html"]);
  for (const file of [...named, ...claim]) needs(file, all);
  const sum = [...all].reduce((total, file) => total + size(file), 0);
  console.log(`first load: ${sum} bytes with gzip in ${all.size} files`);
  assert.ok(sum <= MOST, `${sum} bytes`);
});

test("nothing is inline, and nothing comes from elsewhere", () => {
  const html = read("index.html").toString();
  assert.doesNotMatch(html, /<script(?![^>]*\bsrc=)[^>]*>|<style|\sstyle=|\son\w+=/);
  assert.doesNotMatch(html, /(?:src|href)="(?:https?:)?\/\//);
  // Relative, so that any folder of any host serves it.
  assert.doesNotMatch(html, /(?:src|href)="\//);
});
