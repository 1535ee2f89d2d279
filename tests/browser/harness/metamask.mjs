//! The real MetaMask, unpacked in the folder that METAMASK_DIR names, in a Chromium without a window.
//!
//! Takes: that folder. Gives: a browser in which it is set up with anvil's public phrase, and a hand that approves what
//! it asks. Never: the network; its own calls go to a proxy on this machine that refuses them.
//!
//! MetaMask's screens change with its versions: whatever known button is on the screen is pressed, in no fixed order.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const PHRASE = "test test test test test test test test test test test junk";
const PASSWORD = "correct horse battery";
const PATIENCE = 120_000;
const BEAT = 250;

const SET_UP = [
  "onboarding-get-started-button", "onboarding-terms-checkbox", "terms-of-use-agree-button", "onboarding-import-wallet",
  "onboarding-import-with-srp-button", "import-srp-confirm", "create-password-submit", "create-password-import",
  "metametrics-no-thanks", "metametrics-i-agree", "onboarding-complete-done", "download-app-continue", "pin-extension-next",
  "pin-extension-done", "popover-close",
];
const APPROVE = ["confirm-btn", "page-container-footer-next", "confirmation-submit-button", "confirm-footer-button"];
/** Pressed once; they would go back and forth. */
const TICKS = new Set(["onboarding-terms-checkbox", "create-password-terms"]);

const id = (page, name) => page.locator(`[data-testid="${name}"]`).first();

/** Refuses every call that is not to this machine; those do not come here. */
async function refusingProxy() {
  const server = createServer((_, response) => response.writeHead(502).end());
  server.on("connect", (_, socket) => socket.end("HTTP/1.1 502 Not here\r\n\r\n"));
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => (server.closeAllConnections(), server.close()) };
}

/** Presses the first of these that can be pressed; gives its name. */
async function press(page, names, pressed = new Set()) {
  for (const name of names) {
    const button = id(page, name);
    if (pressed.has(name) || !(await button.isVisible()) || !(await button.isEnabled())) continue;
    await button.click({ timeout: 2_000 }).catch(() => {}); // it may be gone: the next look says
    if (TICKS.has(name)) pressed.add(name);
    return name;
  }
  return null;
}

export class MetaMask {
  static async start(folder, chromiumPath) {
    const mask = new MetaMask();
    mask.folder = mkdtempSync(join(tmpdir(), "guerdon-metamask-"));
    mask.proxy = await refusingProxy();
    mask.context = await chromium.launchPersistentContext(mask.folder, {
      executablePath: chromiumPath,
      headless: false, // by the flag below: extensions need the new way
      args: [
        "--headless=new", "--no-sandbox", `--proxy-server=${mask.proxy.url}`, `--disable-extensions-except=${folder}`, `--load-extension=${folder}`,
        "--disable-features=DisableLoadExtensionCommandLineSwitch",
      ],
      viewport: { width: 1280, height: 900 },
    });
    mask.context.setDefaultTimeout(PATIENCE);
    const worker = mask.context.serviceWorkers()[0] ?? (await mask.context.waitForEvent("serviceworker", { timeout: PATIENCE }));
    mask.home = `chrome-extension://${new URL(worker.url()).host}`;
    await mask.#setUp();
    return mask;
  }

  async #setUp() {
    const page = await this.context.newPage();
    await page.goto(`${this.home}/home.html`);
    const [end, pressed] = [Date.now() + PATIENCE, new Set()];
    let seen = "nothing";
    while (!(await id(page, "account-menu-icon").isVisible())) {
      assert.ok(Date.now() < end, `MetaMask is not set up; last pressed: ${seen}; it shows: ${await page.locator("body").innerText()}`);
      const words = PHRASE.split(" ");
      if (await id(page, "srp-input-import__srp-note").isVisible()) {
        await id(page, "srp-input-import__srp-note").pressSequentially(PHRASE);
      } else if ((await id(page, "import-srp__srp-word-0").isVisible()) && !pressed.has("words")) {
        pressed.add("words");
        for (const [nth, word] of words.entries()) await id(page, `import-srp__srp-word-${nth}`).fill(word);
      }
      for (const name of ["create-password-new-input", "create-password-new", "create-password-confirm-input", "create-password-confirm"]) {
        if ((await id(page, name).isVisible()) && (await id(page, name).inputValue()) === "") await id(page, name).fill(PASSWORD);
      }
      seen = (await press(page, ["create-password-terms", ...SET_UP], pressed)) ?? seen;
      await page.waitForTimeout(BEAT);
    }
    await page.close();
  }

  /** Approves what MetaMask asks: its window is opened by hand, and everything in it confirmed. */
  async approve() {
    const page = await this.context.newPage();
    await page.goto(`${this.home}/notification.html`);
    const end = Date.now() + PATIENCE;
    let quiet = 0;
    for (let confirmed = 0; !page.isClosed() && (confirmed === 0 || quiet < 8); ) {
      assert.ok(Date.now() < end, `MetaMask asks nothing that can be approved; it shows: ${await page.locator("body").innerText()}`);
      await page.locator(".confirm-scroll-to-bottom__button").click({ timeout: 100 }).catch(() => {}); // only on long ones
      const name = await press(page, APPROVE).catch(() => null); // the window may close by itself
      if (name) confirmed += 1;
      quiet = name ? 0 : quiet + 1;
      await new Promise((done) => setTimeout(done, BEAT));
    }
    if (!page.isClosed()) await page.close();
  }

  async close() {
    await this.context.close();
    this.proxy.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
