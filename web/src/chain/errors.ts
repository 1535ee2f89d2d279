//! What went wrong, in words and with a way on.
//!
//! Takes: whatever a wallet, a server or a contract threw. Gives: a `Fault`. Never: a guess at money; what is
//! not known is shown as it came.

import { BaseError, ContractFunctionRevertedError, decodeErrorResult, type Abi, type Hex } from "viem";
import { en } from "../text/en";
import { distributorAbi, errorsAbi } from "./abi";
import { Unreachable } from "./client";

export type FaultKind =
  | "rejected"
  | "gas"
  | "chain"
  | "unreachable"
  | "busy"
  | "revert"
  | "dropped"
  | "server"
  | "unknown";

export interface Fault {
  kind: FaultKind;
  /** One sentence: what happened. */
  text: string;
  /** One sentence: what to do. */
  hint: string;
  /** A contract's error and its arguments. */
  revert?: { name: string; args: readonly unknown[] };
  /** As it came, for who wants to see it. */
  detail?: string;
}

/** An error that already knows its words. */
export class Failure extends Error {
  constructor(readonly fault: Fault) {
    super(fault.text);
  }
}

function* causes(error: unknown): Generator<Record<string, unknown>> {
  let current = error;
  for (let depth = 0; depth < 8 && typeof current === "object" && current !== null; depth++) {
    yield current as Record<string, unknown>;
    const { cause, data } = current as { cause?: unknown; data?: { originalError?: unknown } };
    current = cause ?? (typeof data === "object" ? data?.originalError : undefined);
  }
}

function revertData(error: unknown): Hex | null {
  for (const one of causes(error)) {
    const data = typeof one.data === "object" && one.data !== null ? (one.data as { data?: unknown }).data : one.data;
    if (typeof data === "string" && /^0x[0-9a-fA-F]{8,}$/.test(data)) return data as Hex;
    if (one instanceof ContractFunctionRevertedError && one.raw) return one.raw;
  }
  return null;
}

function decode(data: Hex, abi: Abi): { name: string; args: readonly unknown[] } | null {
  try {
    const { errorName, args } = decodeErrorResult({ abi, data });
    return { name: errorName, args: args ?? [] };
  } catch {
    return null;
  }
}

const brief = (error: unknown): string => {
  const text = error instanceof BaseError ? error.shortMessage : error instanceof Error ? error.message : String(error);
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
};

/** @param abi Errors of the contracts that were called, beside the distributor's. */
export function fault(error: unknown, abi: Abi = []): Fault {
  if (error instanceof Failure) return error.fault;
  const words = en.faults;
  const detail = brief(error);
  const messages: string[] = [];
  for (const one of causes(error)) {
    if (one.code === 4001 || one.code === "ACTION_REJECTED") return { kind: "rejected", ...words.rejected };
    if (one.code === -32002) return { kind: "busy", ...words.busy };
    if (one.code === 4900 || one.code === 4901) return { kind: "chain", ...words.chain };
    if (one instanceof Unreachable) return { kind: "unreachable", ...words.unreachable, detail: one.causes.map(brief).join("; ") };
    if (typeof one.message === "string") messages.push(one.message);
    if (typeof one.details === "string") messages.push(one.details);
  }
  const said = messages.join("\n");
  if (/user (rejected|denied)|rejected by user/i.test(said)) return { kind: "rejected", ...words.rejected };
  if (/insufficient funds|exceeds? (the )?balance of the account|gas required exceeds allowance/i.test(said)) return { kind: "gas", ...words.gas };
  const data = revertData(error);
  const revert = data && decode(data, [...distributorAbi, ...errorsAbi, ...abi] as Abi);
  if (revert) {
    const known = (words.reverts as Record<string, { text: string; hint: string }>)[revert.name];
    return { kind: "revert", ...(known ?? words.revert(revert.name)), revert, detail };
  }
  if (/revert/i.test(said)) return { kind: "revert", ...words.revert(""), detail };
  return { kind: "unknown", ...words.unknown, detail };
}
