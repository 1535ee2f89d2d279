//! Figures that somebody votes on: exact, in the reader's writing.
//!
//! Takes: bigints. Gives: texts. Never: rounds up; cuts digits off only where it says so.

import { decimal } from "../format";

const locale = (): string[] => [...navigator.languages];

/** An amount with all of its digits and no more. */
export function exact(value: bigint, decimals: number): string {
  const options: Intl.NumberFormatOptions = { maximumFractionDigits: 20 };
  const text = decimal(value, decimals);
  // More digits than Intl writes: nobody's locale is worth a wrong number.
  if ((text.split(".")[1] ?? "").length > 20) return text;
  return new Intl.NumberFormat(locale(), options).format(text as `${number}`);
}

/** An amount to two digits, for where the exact one is at hand; what is more is cut off. */
export function brief(value: bigint, decimals: number): string {
  const options = { maximumFractionDigits: 2, roundingMode: "trunc" } as Intl.NumberFormatOptions;
  return new Intl.NumberFormat(locale(), options).format(decimal(value, decimals) as `${number}`);
}

export const whole = (value: bigint | number): string => new Intl.NumberFormat(locale()).format(value);

export const percentage = (value: bigint): string =>
  new Intl.NumberFormat(locale(), { style: "percent" }).format(Number(value) / 100);

const UNITS = [
  ["week", 604_800n],
  ["day", 86_400n],
  ["hour", 3_600n],
  ["minute", 60n],
  ["second", 1n],
] as const;

/** Seconds in whole: "1 day, 3 hours". */
export function span(seconds: bigint): string {
  const write = (count: bigint, unit: string) =>
    new Intl.NumberFormat(locale(), { style: "unit", unit, unitDisplay: "long" }).format(count);
  const texts: string[] = [];
  let left = seconds;
  for (const [unit, size] of UNITS) {
    // Weeks only when they are all there is: "10 days" reads better than "1 week, 3 days".
    if (unit === "week" && (left % size !== 0n || left < 2n * size)) continue;
    const count = left / size;
    if (count > 0n) texts.push(write(count, unit));
    left -= count * size;
  }
  if (texts.length === 0) return write(0n, "second");
  return new Intl.ListFormat(locale(), { type: "unit", style: "long" }).format(texts);
}

/** A share of votes as a percentage with one digit, from whole votes: never above what it is. */
export function share(part: bigint, all: bigint): string {
  const tenths = all === 0n ? 0n : (part * 1_000n) / all;
  return new Intl.NumberFormat(locale(), { style: "percent", maximumFractionDigits: 1 }).format(Number(tenths) / 1_000);
}
