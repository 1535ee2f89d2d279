//! The wallets of this browser, and the one that is connected.
//!
//! Takes: what wallets announce, and the visitor's choice. Gives: account and chain as they change;
//! transactions and signatures on request. Never: keys; never asks a wallet for anything unasked.

import { getAddress, numberToHex, type Address, type Hex } from "viem";
import type { ChainConfig } from "../config";
import { Store } from "../store";
import { discover, injected, order, type Provider, type WalletInfo } from "./provider";

export interface Connection {
  wallet: WalletInfo;
  account: Address;
  chainId: number;
}

export interface WalletState {
  wallets: WalletInfo[];
  connection: Connection | null;
  /** The wallet that is asked to connect now. */
  connecting: WalletInfo | null;
}

export const session = new Store<WalletState>({ wallets: [], connection: null, connecting: null });

const REMEMBERED = "guerdon.wallet";
let forget: (() => void) | null = null;

function update(change: Partial<WalletState>): void {
  session.set({ ...session.value, ...change });
}

function remembered(): string | null {
  try {
    return localStorage.getItem(REMEMBERED);
  } catch {
    return null; // storage may be closed to this page; then nothing is remembered
  }
}

function remember(value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(REMEMBERED);
    else localStorage.setItem(REMEMBERED, value);
  } catch {
    // as above
  }
}

const nameOf = (wallet: WalletInfo): string => wallet.rdns || wallet.uuid;

/** Looks for wallets, and takes up the last connection if its wallet still grants it without asking. */
export function start(): void {
  discover((wallet) => {
    const others = session.value.wallets.filter((one) => one.uuid !== wallet.uuid && one.uuid !== "injected");
    update({ wallets: order([...others, wallet]) });
    void resume(wallet);
  });
  const fallback = () => {
    const wallet = injected();
    if (wallet && session.value.wallets.length === 0) {
      update({ wallets: [wallet] });
      void resume(wallet);
    }
  };
  // Wallets announce themselves at once; one that only injects itself may be late.
  setTimeout(fallback, 300);
  addEventListener("ethereum#initialized", fallback, { once: true });
}

async function resume(wallet: WalletInfo): Promise<void> {
  if (session.value.connection || remembered() !== nameOf(wallet)) return;
  try {
    const accounts = await wallet.provider.request({ method: "eth_accounts" });
    if (!session.value.connection && Array.isArray(accounts) && accounts.length > 0) await adopt(wallet, accounts);
  } catch {
    // The visitor can still connect by hand.
  }
}

async function chainIdOf(provider: Provider): Promise<number> {
  return Number(await provider.request({ method: "eth_chainId" }));
}

async function adopt(wallet: WalletInfo, accounts: unknown): Promise<void> {
  const [first] = Array.isArray(accounts) ? accounts : [];
  if (typeof first !== "string") return disconnect();
  update({ connection: { wallet, account: getAddress(first), chainId: await chainIdOf(wallet.provider) } });
  remember(nameOf(wallet));
  follow(wallet);
}

function follow(wallet: WalletInfo): void {
  forget?.();
  const accounts = (list: never) => {
    const [first] = list as unknown[];
    const { connection } = session.value;
    if (typeof first !== "string") disconnect();
    else if (connection) update({ connection: { ...connection, account: getAddress(first) } });
  };
  const chain = (id: never) => {
    const { connection } = session.value;
    if (connection) update({ connection: { ...connection, chainId: Number(id) } });
  };
  wallet.provider.on?.("accountsChanged", accounts);
  wallet.provider.on?.("chainChanged", chain);
  forget = () => {
    wallet.provider.removeListener?.("accountsChanged", accounts);
    wallet.provider.removeListener?.("chainChanged", chain);
  };
}

export async function connect(wallet: WalletInfo): Promise<void> {
  update({ connecting: wallet });
  try {
    await adopt(wallet, await wallet.provider.request({ method: "eth_requestAccounts" }));
  } finally {
    update({ connecting: null });
  }
}

export function disconnect(): void {
  forget?.();
  forget = null;
  remember(null);
  update({ connection: null });
}

const codeOf = (error: unknown): number | undefined => {
  const { code, data } = (error ?? {}) as { code?: number; data?: { originalError?: { code?: number } } };
  return data?.originalError?.code ?? code;
};

/** Switches the wallet to the chain; adds it first where the wallet does not know it. */
export async function useChain(connection: Connection, chain: ChainConfig): Promise<void> {
  const { provider } = connection.wallet;
  const chainId = numberToHex(chain.id);
  try {
    await provider.request({ method: "wallet_switchEthereumChain", params: [{ chainId }] });
  } catch (error) {
    // Declined, not granted, or already asking. 4902 says that the chain is unknown; some wallets say so by other
    // codes, so adding is tried for all others. Without an RPC to name, no wallet adds a chain.
    if ([4001, 4100, -32_002].includes(codeOf(error) ?? 0) || chain.rpcs.length === 0) throw error;
    const added = {
      chainId,
      chainName: chain.name,
      nativeCurrency: chain.currency,
      rpcUrls: chain.rpcs,
      // MetaMask refuses the call without an explorer.
      blockExplorerUrls: [chain.explorer ?? new URL("explorer/", document.baseURI).href],
    };
    await provider.request({ method: "wallet_addEthereumChain", params: [added] });
    if ((await chainIdOf(provider)) !== chain.id) await provider.request({ method: "wallet_switchEthereumChain", params: [{ chainId }] });
  }
  const now = await chainIdOf(provider);
  if (session.value.connection) update({ connection: { ...session.value.connection, chainId: now } });
}

/** Asks the wallet to sign and send. Gives the transaction's hash. */
export async function send(connection: Connection, call: { to: Address; data: Hex; value?: bigint }): Promise<Hex> {
  const transaction = { from: connection.account, to: call.to, data: call.data, ...(call.value ? { value: numberToHex(call.value) } : {}) };
  return (await connection.wallet.provider.request({ method: "eth_sendTransaction", params: [transaction] })) as Hex;
}

/** Asks the wallet for an EIP-712 signature. `typed` is the whole message with its domain and types. */
export async function signTyped(connection: Connection, typed: object): Promise<Hex> {
  const text = JSON.stringify(typed, (_, value) => (typeof value === "bigint" ? value.toString() : value));
  return (await connection.wallet.provider.request({ method: "eth_signTypedData_v4", params: [connection.account, text] })) as Hex;
}
