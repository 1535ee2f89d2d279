//! What every view can reach: configuration, servers, wallet, a reader of the chain, the token.
//!
//! Takes: the configuration once, the wallet's state as it changes. Gives: hooks. Never: draws.

import { createContext } from "preact";
import { useCallback, useContext, useEffect, useMemo, useState } from "preact/hooks";
import { encodeFunctionData, type Abi, type Address, type Hex } from "viem";
import { call, readContract, waitForTransactionReceipt } from "viem/actions";
import { Api } from "./api/client";
import { tokenAbi } from "./chain/abi";
import { reader, type Reader } from "./chain/client";
import { fault, type Fault } from "./chain/errors";
import type { Config } from "./config";
import { en } from "./text/en";
import { send, session, type Connection } from "./wallet/session";

export interface App {
  config: Config;
  api: Api;
  /** Reads the chain, through the wallet when it is on the right one. */
  chain: Reader;
  connection: Connection | null;
  /** Whether the connected wallet is on the right chain. */
  ready: boolean;
  /** Null until the chain has told it. */
  token: Token | null;
}

const Context = createContext<App | null>(null);

export function AppProvider({ config, children }: { config: Config; children: preact.ComponentChildren }) {
  const { connection } = session.use();
  const api = useMemo(() => new Api(config.apis), [config]);
  const ready = connection?.chainId === config.chain.id;
  const provider = ready ? connection.wallet.provider : null;
  const chain = useMemo(() => reader(config.chain, provider), [config, provider]);
  const token = useTokenOf(config, chain);
  const app = useMemo(() => ({ config, api, chain, connection, ready, token }), [config, api, chain, connection, ready, token]);
  return <Context.Provider value={app}>{children}</Context.Provider>;
}

export function useApp(): App {
  const app = useContext(Context);
  if (!app) throw new Error("a view outside of the app");
  return app;
}

export type Loaded<T> =
  | { state: "loading"; value: T | null; reload: () => void }
  | { state: "ready"; value: T; reload: () => void }
  | { state: "error"; fault: Fault; value: T | null; reload: () => void };

/**
 * Loads something when `keys` change, and again by `reload`. While it loads again, `value` is the last one of the
 * same keys, so that nothing flickers.
 */
export function useLoad<T>(load: () => Promise<T>, keys: readonly unknown[]): Loaded<T> {
  const [turn, setTurn] = useState(0);
  const [result, setResult] = useState<{ keys: readonly unknown[]; turn: number; value: T | null; fault: Fault | null } | null>(null);
  const reload = useCallback(() => setTurn((last) => last + 1), []);
  useEffect(() => {
    let stale = false;
    load().then(
      (value) => stale || setResult({ keys, turn, value, fault: null }),
      (error: unknown) => {
        if (!stale) setResult((last) => ({ keys, turn, value: last && same(last.keys, keys) ? last.value : null, fault: fault(error) }));
      },
    );
    return () => {
      stale = true;
    };
  }, [...keys, turn]);
  const current = result && same(result.keys, keys) ? result : null;
  if (!current || current.turn !== turn) return { state: "loading", value: current?.value ?? null, reload };
  if (current.fault) return { state: "error", fault: current.fault, value: current.value, reload };
  return { state: "ready", value: current.value as T, reload };
}

const same = (a: readonly unknown[], b: readonly unknown[]): boolean => a.length === b.length && a.every((one, index) => Object.is(one, b[index]));

export interface Token {
  address: Address;
  symbol: string;
  decimals: number;
}

/** Symbol and decimals, read from the chain. */
export async function readToken({ config, chain }: Pick<App, "chain" | "config">): Promise<Token> {
  const address = config.contracts.token;
  const [symbol, decimals] = await Promise.all([
    readContract(chain, { address, abi: tokenAbi, functionName: "symbol" }),
    readContract(chain, { address, abi: tokenAbi, functionName: "decimals" }),
  ]);
  return { address, symbol: symbol.slice(0, 12), decimals };
}

const AGAIN = 3_000;

/** Asked once, and again while the chain does not answer: every amount waits for it. */
function useTokenOf(config: Config, chain: Reader): Token | null {
  const [token, setToken] = useState<Token | null>(null);
  useEffect(() => {
    if (token) return;
    let timer: ReturnType<typeof setTimeout>;
    let stale = false;
    const ask = () =>
      readToken({ config, chain }).then(
        (read) => stale || setToken(read),
        () => {
          if (!stale) timer = setTimeout(ask, AGAIN);
        },
      );
    void ask();
    return () => {
      stale = true;
      clearTimeout(timer);
    };
  }, [config, chain, token]);
  return token;
}

export function useToken(): Token | null {
  return useApp().token;
}

export { chainTime } from "./chain/reads";

export interface Call {
  to: Address;
  abi: Abi;
  functionName: string;
  args: readonly unknown[];
  value?: bigint;
}

export type Sending =
  | { phase: "idle" }
  | { phase: "checking" }
  | { phase: "wallet"; wallet: string }
  | { phase: "pending"; hash: Hex }
  | { phase: "mined"; hash: Hex; block: bigint }
  | { phase: "failed"; fault: Fault; hash?: Hex };

export interface Sender {
  sending: Sending;
  busy: boolean;
  /** Whether it was mined and did what it should. */
  send: (call: Call) => Promise<boolean>;
  reset: () => void;
}

/**
 * One transaction from check to block. The call is tried on the chain before the wallet is asked, so that
 * a refusal has a reason and costs nothing.
 */
export function useSend(): Sender {
  const { chain, connection } = useApp();
  const [sending, setSending] = useState<Sending>({ phase: "idle" });
  const reset = useCallback(() => setSending({ phase: "idle" }), []);
  const run = async ({ to, abi, functionName, args, value }: Call): Promise<boolean> => {
    if (!connection) return false;
    let hash: Hex | undefined;
    try {
      setSending({ phase: "checking" });
      const data = encodeFunctionData({ abi, functionName, args });
      await call(chain, { account: connection.account, to, data, ...(value ? { value } : {}) });
      setSending({ phase: "wallet", wallet: connection.wallet.name || en.wallet.injected });
      hash = await send(connection, { to, data, ...(value ? { value } : {}) });
      setSending({ phase: "pending", hash });
      let cancelled = false;
      const receipt = await waitForTransactionReceipt(chain, {
        hash,
        retryCount: 20,
        onReplaced: ({ reason, transaction }) => {
          hash = transaction.hash;
          cancelled = reason !== "repriced";
          setSending({ phase: "pending", hash });
        },
      });
      if (cancelled) setSending({ phase: "failed", fault: { kind: "dropped", ...en.faults.dropped }, hash });
      else if (receipt.status === "success") setSending({ phase: "mined", hash, block: receipt.blockNumber });
      else setSending({ phase: "failed", fault: { kind: "revert", text: en.transaction.reverted, hint: en.faults.revert("").hint }, hash });
      return !cancelled && receipt.status === "success";
    } catch (error) {
      setSending({ phase: "failed", fault: fault(error, abi), ...(hash ? { hash } : {}) });
      return false;
    }
  };
  const busy = sending.phase === "checking" || sending.phase === "wallet" || sending.phase === "pending";
  return { sending, busy, send: run, reset };
}
