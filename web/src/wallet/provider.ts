//! What a wallet in the browser is: EIP-1193 requests, announced by EIP-6963 or injected as `window.ethereum`.

export interface Provider {
  request(request: { method: string; params?: unknown }): Promise<unknown>;
  on?(event: string, listener: (value: never) => void): void;
  removeListener?(event: string, listener: (value: never) => void): void;
}

export interface WalletInfo {
  uuid: string;
  name: string;
  /** A `data:` address, or none: nothing is loaded from elsewhere. */
  icon: string | null;
  rdns: string;
  provider: Provider;
}

const METAMASK = /^io\.metamask/;

/** MetaMask first, the injected fallback last, others as they announced themselves. */
export function order(wallets: WalletInfo[]): WalletInfo[] {
  const rank = (one: WalletInfo) => (METAMASK.test(one.rdns) ? 0 : one.rdns === "" ? 2 : 1);
  return [...wallets].sort((a, b) => rank(a) - rank(b));
}

function announced(detail: unknown): WalletInfo | null {
  const { info, provider } = (detail ?? {}) as { info?: Record<string, unknown>; provider?: Provider };
  if (!info || typeof provider?.request !== "function") return null;
  const { uuid, name, icon, rdns } = info;
  if (typeof uuid !== "string" || typeof name !== "string" || typeof rdns !== "string") return null;
  const picture = typeof icon === "string" && icon.startsWith("data:image/") ? icon : null;
  return { uuid, name: name.slice(0, 40) || rdns, icon: picture, rdns, provider };
}

/** Calls back with every wallet that announces itself, now and later. */
export function discover(found: (wallet: WalletInfo) => void): void {
  addEventListener("eip6963:announceProvider", (event) => {
    const wallet = announced((event as CustomEvent).detail);
    if (wallet) found(wallet);
  });
  dispatchEvent(new Event("eip6963:requestProvider"));
}

/** A wallet that only sets `window.ethereum`, as older ones do. */
export function injected(): WalletInfo | null {
  const provider = (window as { ethereum?: Provider & { isMetaMask?: boolean } }).ethereum;
  if (typeof provider?.request !== "function") return null;
  return { uuid: "injected", name: provider.isMetaMask ? "MetaMask" : "", icon: null, rdns: "", provider };
}
