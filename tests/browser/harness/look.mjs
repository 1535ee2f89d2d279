//! A critical look at a view: axe in light and dark, the width of desktops and phones, and screenshots to keep.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { root } from "./stage.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const FOLDER = `${root}target/browser`;
const SIZES = [[1280, 900], [390, 844]];
/** The narrowest phone that must do. */
const NARROW = 360;

/** What axe has against the page as it is now; nothing when all is well. */
export async function axe(page) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  return violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => node.html).slice(0, 3).join(" ")}`);
}

async function fits(page, width) {
  await page.setViewportSize({ width, height: 844 });
  const wide = await page.evaluate(() => {
    const room = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= room) return null;
    const all = [...document.body.querySelectorAll("*")];
    return all.filter((one) => one.getBoundingClientRect().right > room + 1).map((one) => one.outerHTML.slice(0, 120)).slice(0, 3);
  });
  assert.equal(wide, null, `at ${width} pixels it has to be scrolled sideways: ${wide}`);
}

/** @param {string} name Screenshots are target/browser/NAME-{1280,390}-{light,dark}.png. */
export async function look(page, name) {
  mkdirSync(FOLDER, { recursive: true });
  const before = page.viewportSize();
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    for (const [width, height] of SIZES) {
      await page.setViewportSize({ width, height });
      await page.screenshot({ path: `${FOLDER}/${name}-${width}-${colorScheme}.png`, fullPage: true, animations: "disabled" });
      assert.deepEqual(await axe(page), [], `${name}, ${width} pixels, ${colorScheme}`);
    }
  }
  await fits(page, NARROW);
  await page.emulateMedia({ colorScheme: null });
  await page.setViewportSize(before);
}
