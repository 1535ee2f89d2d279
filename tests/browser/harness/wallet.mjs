//! A wallet as browsers have them: EIP-1193 requests, announced by EIP-6963 or only injected.
//!
//! Takes: a private key, the chains it knows, and how it misbehaves. Gives: real signatures and real transactions on
//! the local chain. Never: more than one account at once, or a key in the page; keys stay on this side.

import { randomUUID } from "node:crypto";
import { BaseError, createWalletClient, http } from "viem";
import { privateKeyToAccount } from "viem/accounts";

const ICON = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'%3E%3Ccircle cx='4' cy='4' r='4' fill='%23d97706'/%3E%3C/svg%3E";

const refusal = (code, message, data) => Object.assign(new Error(message), { code, data });
const rejected = () => refusal(4001, "User rejected the request.");
/** What MetaMask takes as an address of a chain. */
const isGood = (url) => typeof url === "string" && (/^https:\/\/./.test(url) || /^http:\/\/(127\.0\.0\.1|localhost)[:/]/.test(url));

/** Runs in the page: passes requests on, and announces. */
function install({ uuid, info, inject }) {
  const listeners = new Map();
  const provider = {
    isMetaMask: info.rdns === "io.metamask",
    async request({ method, params }) {
      const answer = await globalThis.__wallet(uuid, method, params ?? []);
      if ("error" in answer) throw Object.assign(new Error(answer.error.message), answer.error);
      return answer.result;
    },
    on: (event, listener) => listeners.set(listener, event),
    removeListener: (_, listener) => listeners.delete(listener),
  };
  globalThis[`__emit_${uuid}`] = (event, value) => listeners.forEach((heard, listener) => heard === event && listener(value));
  if (inject) return void (globalThis.ethereum = provider);
  const detail = Object.freeze({ info, provider });
  const announce = () => dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail }));
  addEventListener("eip6963:requestProvider", announce);
  announce();
}

export class Wallet {
  uuid = randomUUID();
  /** Every request that came: `{ method, params }`. */
  log = [];
  /** Methods that the person declines. */
  reject = new Set();
  /** Methods that fail, each with `{ code, message }`. */
  fail = new Map();
  #held = new Map();
  #pages = new Set();

  constructor({ key, rpc, name = "MetaMask", rdns = "io.metamask", inject = false, connected = false, chain = 31_337, chains = [31_337, 1] }) {
    Object.assign(this, { account: privateKeyToAccount(key), rpc, name, rdns, inject, connected, chain, chains: new Set(chains) });
  }

  get address() {
    return this.account.address;
  }

  /** What the page gets before its own scripts. */
  async join(page) {
    this.#pages.add(page);
    const info = { uuid: this.uuid, name: this.name, icon: ICON, rdns: this.rdns };
    await page.addInitScript(install, { uuid: this.uuid, info, inject: this.inject });
  }

  async #tell(event, value) {
    const open = [...this.#pages].filter((page) => !page.isClosed());
    await Promise.all(open.map((page) => page.evaluate(([name, event, value]) => globalThis[name]?.(event, value), [`__emit_${this.uuid}`, event, value])));
  }

  /** The person picks another network, or another account, in the wallet itself. */
  async switchTo(chain) {
    this.chain = chain;
    await this.#tell("chainChanged", `0x${chain.toString(16)}`);
  }

  async become(key) {
    this.account = privateKeyToAccount(key);
    await this.#tell("accountsChanged", [this.address]);
  }

  /** Locks itself, or takes its grant back. */
  async leave() {
    this.connected = false;
    await this.#tell("accountsChanged", []);
  }

  /** The wallet's window stays open, until the returned function is called. */
  hold(method) {
    let release;
    this.#held.set(method, new Promise((done) => (release = done)));
    return () => (this.#held.delete(method), release());
  }

  /** How often a method was asked for. */
  count(method) {
    return this.log.filter((request) => request.method === method).length;
  }

  async answer(method, params) {
    this.log.push({ method, params });
    try {
      await this.#held.get(method);
      if (this.reject.has(method)) throw rejected();
      if (this.fail.has(method)) throw refusal(this.fail.get(method).code, this.fail.get(method).message, this.fail.get(method).data);
      return { result: (await this.#do(method, params)) ?? null };
    } catch (error) {
      const told = error instanceof BaseError ? (error.walk((cause) => typeof cause.code === "number") ?? error) : error;
      return { error: { code: told.code ?? -32603, message: told.details ?? told.message, ...(told.data ? { data: told.data } : {}) } };
    }
  }

  async #do(method, params) {
    const own = () => {
      if (!this.connected) throw refusal(4100, "The requested account has not been authorized by the user.");
    };
    switch (method) {
      case "eth_requestAccounts":
        this.connected = true;
        return [this.address.toLowerCase()];
      case "eth_accounts":
        return this.connected ? [this.address.toLowerCase()] : [];
      case "eth_chainId":
        return `0x${this.chain.toString(16)}`;
      case "wallet_switchEthereumChain": {
        const chain = Number(params[0].chainId);
        if (!this.chains.has(chain)) throw refusal(4902, `Unrecognized chain ID "${params[0].chainId}".`);
        return void (await this.switchTo(chain));
      }
      case "wallet_addEthereumChain": {
        const { chainId, chainName, rpcUrls, blockExplorerUrls, nativeCurrency } = params[0];
        for (const [name, urls] of Object.entries({ rpcUrls, blockExplorerUrls })) {
          if (!Array.isArray(urls) || !urls.some(isGood)) throw refusal(-32602, `Expected an array with at least one valid string HTTPS url '${name}'`);
        }
        if (!chainName || !(nativeCurrency?.symbol?.length >= 2)) throw refusal(-32602, "Expected a name and a currency");
        this.chains.add(Number(chainId));
        return void (await this.switchTo(Number(chainId)));
      }
      case "eth_signTypedData_v4": {
        own();
        const { EIP712Domain, ...types } = JSON.parse(params[1]).types;
        if (!EIP712Domain) throw refusal(-32602, "The message has no type EIP712Domain");
        if (BigInt(JSON.parse(params[1]).domain.chainId) !== BigInt(this.chain)) throw refusal(-32603, "Provided chainId must match the active chainId");
        return this.account.signTypedData({ ...JSON.parse(params[1]), types });
      }
      case "eth_sendTransaction": {
        own();
        const { to, data, value } = params[0];
        const client = createWalletClient({ account: this.account, transport: http(this.rpc, { retryCount: 0 }) });
        return client.sendTransaction({ to, data, value: value ? BigInt(value) : 0n, chain: null });
      }
      default:
        return this.#ask(method, params);
    }
  }

  /** Everything else is the chain's to answer. */
  async #ask(method, params) {
    if (this.chain !== 31_337) throw refusal(-32603, `There is no network ${this.chain} here`);
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
    const response = await fetch(this.rpc, { method: "POST", headers: { "content-type": "application/json" }, body });
    const answer = await response.json();
    if (answer.error) throw refusal(answer.error.code, answer.error.message, answer.error.data);
    return answer.result;
  }
}
