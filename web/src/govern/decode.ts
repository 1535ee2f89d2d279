//! What a proposal's action calls.
//!
//! Takes: target, value and data of an action, and the addresses of our contracts. Gives: the function and its arguments by
//! name, or that it cannot be told. Never: guesses; data that is not exactly what the function's encoding gives is raw.

import { decodeFunctionData, encodeFunctionData, toFunctionSelector, toFunctionSignature, type AbiFunction, type Address, type Hex } from "viem";
import type { Contract } from "../config";
import { callsOf } from "./abi";

export interface Action {
  readonly target: Address;
  /** In wei. */
  readonly value: bigint;
  readonly data: Hex;
}

export interface Argument {
  readonly name: string;
  readonly type: string;
  readonly value: unknown;
}

export type Decoded =
  | {
      readonly kind: "call";
      readonly contract: Contract;
      /** Its name and types, as in the sources. */
      readonly signature: string;
      readonly name: string;
      readonly args: readonly Argument[];
    }
  /** The coin alone. */
  | { readonly kind: "payment" }
  | { readonly kind: "raw"; readonly contract: Contract | null };

export type Addresses = Record<Contract, Address>;

export function contractAt(target: Address, contracts: Addresses): Contract | null {
  const wanted = target.toLowerCase();
  const found = Object.entries(contracts).find(([, address]) => address.toLowerCase() === wanted);
  return (found?.[0] as Contract | undefined) ?? null;
}

export function decode(action: Action, contracts: Addresses): Decoded {
  const contract = contractAt(action.target, contracts);
  if (action.data === "0x") return { kind: "payment" };
  if (contract === null) return { kind: "raw", contract };
  const abi = callsOf[contract];
  const called = abi.find(
    (one): one is AbiFunction => one.type === "function" && toFunctionSelector(one) === action.data.slice(0, 10).toLowerCase(),
  );
  if (called === undefined) return { kind: "raw", contract };
  try {
    const { args } = decodeFunctionData({ abi: [called], data: action.data });
    const given = (args ?? []) as readonly unknown[];
    if (encodeFunctionData({ abi: [called], args: given }) !== action.data.toLowerCase()) return { kind: "raw", contract };
    const named = called.inputs.map((input, index) => ({
      name: (input.name ?? String(index)).replace(/_$/, ""),
      type: input.type,
      value: given[index],
    }));
    const signature = toFunctionSignature(called);
    return { kind: "call", contract, signature, name: called.name, args: named };
  } catch {
    return { kind: "raw", contract };
  }
}
