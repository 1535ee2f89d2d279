//! A world and a browser that looks at it.
//!
//!     const world = await stage({ epochs: 2 });
//!     const page = await world.open("#/", { wallet: world.wallet("jun-parkway") });
//!     ... page.getByRole(...), page.wallet.reject.add("eth_sendTransaction"), await world.warp(86_400) ...
//!     await world.look(page, "claim");      // axe, screenshots, nothing out of the width
//!     await world.close();                  // fails when a page broke its own content policy or asked a stranger

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { chromium } from "playwright-core";
import { createTestClient, http, publicActions, walletActions } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { host } from "./host.mjs";
import { look } from "./look.mjs";
import { Stage, root } from "./stage.mjs";
import { Wallet } from "./wallet.mjs";

/** How long the page may take for anything: the machine may be busy. */
const PATIENCE = 30_000;
export const CHROMIUM = process.env.CHROMIUM ?? ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);

/** Resolves when so; for what the chain or an oracle does behind the page. */
export async function until(what, isSo, patience = PATIENCE) {
  const end = Date.now() + patience;
  for (;;) {
    const value = await isSo();
    if (value) return value;
    assert.ok(Date.now() < end, `never: ${what}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}

export async function stage(options = {}) {
  if (!CHROMIUM) throw new Error("there is no chromium: run tests/tools/chromium, or name one with CHROMIUM");
  const [started, browser] = await Promise.all([Stage.start(options), chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] })]);
  return new World(started, browser);
}

class World {
  #stage;
  #browser;
  #hosts = [];
  #pages = [];
  #abis = new Map();

  constructor(started, browser) {
    this.#stage = started;
    this.#browser = browser;
    const { rpc, deployment } = started.set;
    Object.assign(this, started.set);
    /** The page's address at the first oracle. */
    this.url = `${started.set.apis[0]}/`;
    /** A viem client that reads, writes and changes the chain. */
    this.chain = createTestClient({ mode: "anvil", transport: http(rpc.anvil), cacheTime: 0, pollingInterval: 50 }).extend(publicActions).extend(walletActions);
    this.unit = BigInt(deployment.unit);
  }

  // Who and where.

  person(login) {
    const found = this.people.find((person) => person.login === login);
    assert.ok(found, `there is no ${login} in the story`);
    return found;
  }

  /** A wallet of a person of the story, of an account with a `key`, or of a key. */
  wallet(of, options = {}) {
    const key = typeof of === "string" ? (of.startsWith("0x") ? of : this.person(of).wallet.key) : of.key;
    return new Wallet({ key, rpc: this.rpc.wallet, ...options });
  }

  address(contract) {
    const key = contract.replace(/^Guerdon|^Reward/, "").replace(/[A-Z]/g, (letter, at) => `${at ? "_" : ""}${letter.toLowerCase()}`);
    return this.deployment.contracts[key].address;
  }

  abi(contract) {
    if (!this.#abis.has(contract)) this.#abis.set(contract, JSON.parse(readFileSync(`${root}bindings/abi/${contract}.json`, "utf8")).abi);
    return this.#abis.get(contract);
  }

  /** Reads a contract by the name of its source: `read("RewardDistributor", "account", 90100004n)`. */
  read(contract, functionName, ...args) {
    return this.chain.readContract({ address: this.address(contract), abi: this.abi(contract), functionName, args });
  }

  /** Sends a transaction from an account with a `key`, and waits for it. */
  async send(from, contract, functionName, args = [], value = 0n) {
    const account = privateKeyToAccount(from.key ?? from);
    const hash = await this.chain.writeContract({ account, chain: null, address: this.address(contract), abi: this.abi(contract), functionName, args, value });
    const receipt = await this.chain.waitForTransactionReceipt({ hash });
    assert.equal(receipt.status, "success", `${contract}.${functionName} was reverted`);
    return receipt;
  }

  /** Base units that somebody may claim. */
  async claimable(login) {
    const account = await this.read("RewardDistributor", "account", BigInt(this.person(login).id));
    return (BigInt(account.earned) - BigInt(account.claimed)) * this.unit;
  }

  balance(address) {
    return this.read("GuerdonToken", "balanceOf", address);
  }

  // What happens behind the page.

  warp = (seconds) => this.#stage.act({ do: "warp", seconds });
  warpTo = (to) => this.#stage.act({ do: "warp", to: Number(to) });
  post = (epoch) => this.#stage.act({ do: "post", epoch });
  settle = (epoch) => this.#stage.act({ do: "settle", epoch });
  gist = (login, text, options = {}) => this.#stage.act({ do: "gist", login, text, ...options });
  editGist = (id, text) => this.#stage.act({ do: "edit_gist", id, text });
  deleteGist = (id) => this.#stage.act({ do: "delete_gist", id });
  link = (login) => this.#stage.act({ do: "link", login });
  stop = (nth = 0) => this.#stage.act({ do: "stop", nth });
  start = (nth = 0) => this.#stage.act({ do: "start", nth });
  /** How the page's RPC behaves, or the wallet's: heal, down, hang, slow, busy, html, error. */
  pageRpc = (fault, more = {}) => this.#stage.act({ do: "rpc", which: "page", fault, ...more });
  walletRpc = (fault, more = {}) => this.#stage.act({ do: "rpc", which: "wallet", fault, ...more });
  resolve = (challenge, answer) => this.#stage.act({ do: "resolve", challenge: String(challenge), answer });
  sync = () => this.#stage.act({ do: "sync" });

  /** Runs the command line: `guerdon(["challenge", "2", "0", "--key", "env:WALLET_KEY"], key)`. */
  async guerdon(args, key = null) {
    const done = await this.#stage.act({ do: "guerdon", args, key });
    assert.equal(done.code, 0, `guerdon ${args.join(" ")}: ${done.stderr}`);
    return done.stdout;
  }

  /** What the first oracle's API says. */
  async api(path) {
    const response = await fetch(new URL(path, this.url));
    assert.equal(response.status, 200, `${path}: HTTP ${response.status}`);
    return response.json();
  }

  // The browser.

  /** `config.json` as the daemon gives it, with addresses that hold from elsewhere, and changes. */
  async config(changes = {}) {
    const config = await this.api("config.json");
    const absolute = (url) => new URL(url, this.url).href;
    return {
      ...config,
      apis: config.apis.map(absolute),
      policies: config.policies.map((policy) => ({ ...policy, uri: absolute(policy.uri) })),
      ...changes,
    };
  }

  /** The page from a static host; gives its address. */
  async host(config) {
    const started = await host(config ?? (await this.config()));
    this.#hosts.push(started);
    return started.url;
  }

  /**
   * Opens the page. `PAGE_FROM_DIST=1` takes it from web/dist instead of the binary, for who changes it.
   * @param {string} path `#/epochs`
   * @param {{ wallet?: Wallet, wallets?: Wallet[], at?: string, width?: number, colorScheme?: "light" | "dark", locale?: string, before?: (page: import("playwright-core").Page) => Promise<void> }} options
   */
  async open(path = "", options = {}) {
    const { wallets = [], width = 1280, colorScheme = "light", locale = "en-US" } = options;
    const all = options.wallet ? [options.wallet, ...wallets] : wallets;
    const context = await this.#browser.newContext({ viewport: { width, height: 900 }, colorScheme, locale, timezoneId: "UTC", reducedMotion: "reduce" });
    context.setDefaultTimeout(PATIENCE);
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    const page = await context.newPage();
    page.wallet = all[0] ?? null;
    page.problems = [];
    /** Addresses on other machines that the page asked. */
    page.foreign = [];
    this.#pages.push(page);
    page.on("pageerror", (error) => page.problems.push(`uncaught: ${error.message}`));
    page.on("console", (message) => {
      if (/content security policy/i.test(message.text())) page.problems.push(message.text());
    });
    await context.route((url) => url.hostname !== "127.0.0.1" && url.protocol !== "data:", (route) => this.#abroad(page, route));
    await context.exposeBinding("__wallet", (_, uuid, method, params) => all.find((wallet) => wallet.uuid === uuid).answer(method, params));
    for (const wallet of all) await wallet.join(page);
    await options.before?.(page);
    const at = options.at ?? (process.env.PAGE_FROM_DIST ? await this.host() : this.url);
    await page.goto(new URL(path, at).href);
    return page;
  }

  /** GitHub's public API is the stand-in; nobody else is reachable. */
  async #abroad(page, route) {
    const url = new URL(route.request().url());
    page.foreign.push(url.href);
    if (url.hostname !== "api.github.com") return route.abort("internetdisconnected");
    const headers = { authorization: `Bearer ${this.github.token}` };
    const answer = await fetch(this.github.url + url.pathname + url.search, { headers });
    return route.fulfill({ status: answer.status, headers: { "access-control-allow-origin": "*", "content-type": "application/json" }, body: await answer.text() });
  }

  look = look;

  /** Ends everything. A page that threw, or broke its content policy, fails here. */
  async close() {
    await this.#browser.close();
    await Promise.all(this.#hosts.map((one) => one.close()));
    await this.#stage.close();
    const problems = this.#pages.flatMap((page) => page.problems);
    assert.deepEqual(problems, [], "pages had problems");
    const strangers = this.#pages.flatMap((page) => page.foreign).filter((url) => new URL(url).hostname !== "api.github.com");
    assert.deepEqual(strangers, [], "pages asked strangers");
  }
}
