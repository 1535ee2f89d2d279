//! What the contracts say about accounts.
//!
//! Takes: contributor ids and wallets. Gives: accounts, and which ids a wallet has. Never: another's word for it.

import { getAbiItem, zeroAddress, type Address } from "viem";
import { getBlock, readContract } from "viem/actions";
import type { Config } from "../config";
import { distributorAbi } from "./abi";
import type { Reader } from "./client";
import { logsOf } from "./logs";

export interface ChainAccount {
  id: bigint;
  wallet: Address | null;
  /** Base units. */
  earned: bigint;
  claimed: bigint;
  claimable: bigint;
  /** A link to another wallet is pending; until it is settled the old one is paid. */
  relinking: boolean;
}

export async function account(chain: Reader, config: Config, id: bigint): Promise<ChainAccount> {
  const contract = { address: config.contracts.distributor, abi: distributorAbi } as const;
  const [{ wallet, earned, claimed }, unit, relinking] = await Promise.all([
    readContract(chain, { ...contract, functionName: "account", args: [id] }),
    readContract(chain, { ...contract, functionName: "unit" }),
    readContract(chain, { ...contract, functionName: "isRelinking", args: [id] }),
  ]);
  return {
    id,
    wallet: wallet === zeroAddress ? null : wallet,
    earned: BigInt(earned) * unit,
    claimed: BigInt(claimed) * unit,
    claimable: BigInt(earned - claimed) * unit,
    relinking,
  };
}

const KEY = "guerdon.ids";

/** Ids that were seen with a wallet before; the chain is asked about each again. */
function seen(place: string): bigint[] {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(`${KEY}.${place}`) ?? "[]");
    return Array.isArray(value) ? value.filter((id) => typeof id === "string" && /^[0-9]{1,20}$/.test(id)).map(BigInt) : [];
  } catch {
    return [];
  }
}

function keep(place: string, ids: bigint[]): void {
  try {
    if (ids.length > 0) localStorage.setItem(`${KEY}.${place}`, JSON.stringify(ids.map(String)));
  } catch {
    // Storage may be closed to this page; the events are read again.
  }
}

const placeOf = (config: Config, wallet: Address): string => `${config.chain.id}.${config.contracts.distributor}.${wallet}`.toLowerCase();

/** Keeps in this browser that an account is paid to a wallet of the visitor, for when events cannot be read. */
export function noteAccount(config: Config, wallet: Address, id: bigint): void {
  const place = placeOf(config, wallet);
  const known = seen(place);
  if (!known.includes(id)) keep(place, [...known, id]);
}

/** The accounts that are paid to this wallet now. */
export async function accountsOf(chain: Reader, config: Config, wallet: Address): Promise<ChainAccount[]> {
  const place = placeOf(config, wallet);
  const known = seen(place);
  const event = getAbiItem({ abi: distributorAbi, name: "Linked" });
  let ids = known;
  try {
    const logs = await logsOf(chain, { address: config.contracts.distributor, events: [event], args: { wallet }, from: config.block });
    ids = [...new Set([...known, ...logs.map((log) => log.args.id)])];
  } catch (error) {
    // Without the events, what was seen before is still worth showing.
    if (known.length === 0) throw error;
  }
  const accounts = await Promise.all(ids.map((id) => account(chain, config, id)));
  const mine = accounts.filter((one) => one.wallet?.toLowerCase() === wallet.toLowerCase()).sort((a, b) => (a.id < b.id ? -1 : 1));
  keep(place, mine.map((one) => one.id));
  return mine;
}

/** The chain's own time in UTC seconds: windows and deadlines go by it, never by this computer's clock. */
export async function chainTime(chain: Reader): Promise<number> {
  return Number((await getBlock(chain, { blockTag: "latest" })).timestamp);
}
