//! Where everything is: `config.json` beside the page.
//!
//! Takes: the file's JSON, which a daemon or a static host gives. Gives: a checked `Config`.
//! Never: amounts, keys, or anything that could change what is paid; all that is read from the chain.

import type { Address, Hex } from "viem";

export type Contract =
  | "distributor"
  | "links"
  | "disputes"
  | "token"
  | "treasury"
  | "governor"
  | "timelock"
  | "earnedVotes"
  | "veto";

export interface Currency {
  name: string;
  symbol: string;
  decimals: number;
}

export interface ChainConfig {
  id: number;
  name: string;
  rpcs: string[];
  explorer: string | null;
  currency: Currency;
}

export interface Config {
  organization: string | null;
  /** Base addresses of oracles' APIs, ending in a slash, resolved against the page. */
  apis: string[];
  chain: ChainConfig;
  /** The block of the deployment: no event is older. */
  block: bigint;
  contracts: Record<Contract, Address>;
  epochStart: number;
  epochLength: number;
  window: number;
  /** Base units of the token in one unit. */
  unit: bigint;
  /** Epochs for which an amount waits for a wallet; null when unknown. */
  accrueEpochs: number | null;
  repositories: { id: number; name: string }[];
  /** Whether the DAO wants contributors ranked. */
  ranking: boolean;
  policies: { hash: Hex; uri: string }[];
}

/** A key of `config.json` that is missing or says something else than it must. */
export class ConfigError extends Error {
  constructor(
    readonly key: string,
    readonly expected: string,
  ) {
    super(`config.json: ${key} must be ${expected}`);
  }
}

type Json = Record<string, unknown>;

const CONTRACTS: Contract[] = ["distributor", "links", "disputes", "token", "treasury", "governor", "timelock", "earnedVotes", "veto"];

function object(value: unknown, key: string): Json {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new ConfigError(key, "an object");
  return value as Json;
}

function list(value: unknown, key: string): unknown[] {
  if (!Array.isArray(value)) throw new ConfigError(key, "a list");
  return value;
}

function text(value: unknown, key: string): string {
  if (typeof value !== "string" || value === "") throw new ConfigError(key, "a text");
  return value;
}

function count(value: unknown, key: string): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw new ConfigError(key, "a whole number");
  return value as number;
}

function hex(value: unknown, bytes: number, key: string): Hex {
  const digits = text(value, key);
  if (!new RegExp(`^0x[0-9a-fA-F]{${bytes * 2}}$`).test(digits)) throw new ConfigError(key, `${bytes} bytes in hexadecimal`);
  return digits as Hex;
}

function decimal(value: unknown, key: string): bigint {
  const digits = text(value, key);
  if (!/^[1-9][0-9]{0,77}$/.test(digits)) throw new ConfigError(key, "a decimal number above zero");
  return BigInt(digits);
}

/** An https address, or a plain one of this machine; links and requests go nowhere else. */
function address(value: unknown, key: string, base?: string): string {
  let url: URL;
  try {
    url = new URL(text(value, key), base);
  } catch {
    throw new ConfigError(key, "an address");
  }
  const local = url.protocol === "http:" && (url.hostname === "127.0.0.1" || url.hostname === "localhost");
  if (url.protocol !== "https:" && !local && url.origin !== (base ? new URL(base).origin : "")) throw new ConfigError(key, "an https address");
  return url.href;
}

const folder = (url: string): string => (url.endsWith("/") ? url : `${url}/`);

/** @param base The page's own address, for relative ones. */
export function parse(value: unknown, base: string): Config {
  const all = object(value, "the file");
  const chain = object(all.chain, "chain");
  const currency = object(chain.currency, "chain.currency");
  const contracts = object(all.contracts, "contracts");
  return {
    organization: all.organization == null ? null : text(all.organization, "organization"),
    apis: list(all.apis, "apis").map((api) => folder(address(api, "apis", base))),
    chain: {
      id: count(chain.id, "chain.id"),
      name: text(chain.name, "chain.name"),
      rpcs: list(chain.rpcs, "chain.rpcs").map((rpc) => address(rpc, "chain.rpcs", base)),
      explorer: chain.explorer == null ? null : folder(address(chain.explorer, "chain.explorer")),
      currency: {
        name: text(currency.name, "chain.currency.name"),
        symbol: text(currency.symbol, "chain.currency.symbol"),
        decimals: count(currency.decimals, "chain.currency.decimals"),
      },
    },
    block: BigInt(count(all.block, "block")),
    contracts: Object.fromEntries(CONTRACTS.map((name) => [name, hex(contracts[name], 20, `contracts.${name}`)])) as Record<Contract, Address>,
    epochStart: count(all.epochStart, "epochStart"),
    epochLength: count(all.epochLength, "epochLength"),
    window: count(all.window, "window"),
    unit: decimal(all.unit, "unit"),
    accrueEpochs: all.accrueEpochs == null ? null : count(all.accrueEpochs, "accrueEpochs"),
    repositories: list(all.repositories, "repositories").map((one) => {
      const repository = object(one, "repositories");
      return { id: count(repository.id, "repositories.id"), name: text(repository.name, "repositories.name") };
    }),
    ranking: all.ranking === true,
    policies: list(all.policies, "policies").map((one) => {
      const policy = object(one, "policies");
      return { hash: hex(policy.hash, 32, "policies.hash"), uri: typeof policy.uri === "string" ? policy.uri : "" };
    }),
  };
}

export async function load(): Promise<Config> {
  const response = await fetch(new URL("config.json", document.baseURI), { cache: "no-cache" });
  if (!response.ok) throw new ConfigError("the file", `there (HTTP ${response.status})`);
  let value: unknown;
  try {
    value = await response.json();
  } catch {
    throw new ConfigError("the file", "JSON");
  }
  return parse(value, document.baseURI);
}
