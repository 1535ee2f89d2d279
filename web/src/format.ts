//! Numbers, times and addresses as the reader's locale writes them.
//!
//! Takes: bigints of base units, UTC seconds, addresses. Gives: texts. Never: an amount as a float;
//! what is cut off is never rounded up, so nobody reads more than they get.

import { getAddress, type Address } from "viem";

const locale = (): string[] => [...navigator.languages];

/** The exact decimal text of an amount: "1234.5". */
export function decimal(amount: bigint, decimals: number): string {
  const sign = amount < 0n ? "-" : "";
  const digits = (amount < 0n ? -amount : amount).toString().padStart(decimals + 1, "0");
  const whole = digits.slice(0, digits.length - decimals);
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, "");
  return sign + whole + (fraction && `.${fraction}`);
}

/** An amount in the reader's writing. Below the shown digits it says "<0.01" rather than nothing. */
export function amount(value: bigint, decimals: number, fraction = 2): string {
  const options = { maximumFractionDigits: fraction, minimumFractionDigits: Math.min(fraction, 2), roundingMode: "trunc" };
  // Formatting a decimal string is exact; TypeScript's types know it as a literal only.
  const write = (text: string) => new Intl.NumberFormat(locale(), options as Intl.NumberFormatOptions).format(text as `${number}`);
  const least = decimals > fraction ? 10n ** BigInt(decimals - fraction) : 1n;
  if (value > 0n && value < least) return `<${write(decimal(least, decimals))}`;
  return write(decimal(value, decimals));
}

/** Whole numbers. */
export function number(value: number | bigint): string {
  return new Intl.NumberFormat(locale()).format(value);
}

/** Thousandths, as factors and sizes are given: 1250 is "1.25". */
export function thousandths(value: number): string {
  return new Intl.NumberFormat(locale(), { maximumFractionDigits: 3 }).format(`${decimal(BigInt(value), 3)}` as `${number}`);
}

/** Thousandths as a percentage: 250 is "25%". */
export function percent(milli: number): string {
  return new Intl.NumberFormat(locale(), { style: "percent", maximumFractionDigits: 1 }).format(milli / 1000);
}

export function date(seconds: number): string {
  return new Intl.DateTimeFormat(locale(), { dateStyle: "medium" }).format(seconds * 1000);
}

/** "Jan 13 – 19, 2025". */
export function period(from: number, to: number): string {
  return new Intl.DateTimeFormat(locale(), { dateStyle: "medium" }).formatRange(from * 1000, to * 1000);
}

export function time(seconds: number): string {
  return new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeStyle: "short" }).format(seconds * 1000);
}

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
];

/** "3 days", "5 hours": the largest unit that fits twice, or the last. */
export function duration(seconds: number): string {
  const length = Math.max(0, Math.round(seconds));
  const [unit, size] = STEPS.find(([, size]) => length >= 2 * size) ?? (["second", 1] as const);
  return new Intl.NumberFormat(locale(), { style: "unit", unit, unitDisplay: "long" }).format(Math.round(length / size));
}

/** "in 3 days" or "2 hours ago", seen from `now` (the chain's time). */
export function relative(seconds: number, now: number): string {
  const distance = seconds - now;
  const [unit, size] = STEPS.find(([, size]) => Math.abs(distance) >= 2 * size) ?? (["second", 1] as const);
  return new Intl.RelativeTimeFormat(locale(), { numeric: "auto" }).format(Math.round(distance / size), unit);
}

/** Runs of numbers, for a sentence: 1, 4 to 9. Two neighbours are no run. */
export function runs(numbers: number[]): [number, number][] {
  const sorted = [...new Set(numbers)].sort((a, b) => a - b);
  const out: [number, number][] = [];
  for (const value of sorted) {
    const last = out.at(-1);
    if (last && last[1] === value - 1) last[1] = value;
    else out.push([value, value]);
  }
  return out.flatMap(([first, last]): [number, number][] => (last === first + 1 ? [[first, first], [last, last]] : [[first, last]]));
}

export function list(texts: string[]): string {
  return new Intl.ListFormat(locale(), { type: "conjunction" }).format(texts);
}

/** With its checksum, whole. */
export function address(value: Address): Address {
  return getAddress(value);
}

/** With its checksum, the middle left out. */
export function short(value: Address): string {
  const whole = getAddress(value);
  return `${whole.slice(0, 6)}…${whole.slice(-4)}`;
}

export function shortHash(value: string): string {
  return value.length > 14 ? `${value.slice(0, 8)}…${value.slice(-4)}` : value;
}

/** Seconds that were measured, to a hundredth. */
export function seconds(value: number): string {
  return new Intl.NumberFormat(locale(), { style: "unit", unit: "second", unitDisplay: "narrow", minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(value);
}

/** The size of a file. */
export function bytes(value: number): string {
  const [unit, size] = value < 1e6 ? (["kilobyte", 1e3] as const) : (["megabyte", 1e6] as const);
  return new Intl.NumberFormat(locale(), { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: 1 }).format(value / size);
}
