//! When an epoch is, by the schedule that the contract was made with.

import type { Config } from "../../config";

export interface EpochPeriod {
  /** First second, and first second after. */
  starts: number;
  ends: number;
}

export function periodOf(config: Config, epoch: number): EpochPeriod {
  const starts = config.epochStart + (epoch - 1) * config.epochLength;
  return { starts, ends: starts + config.epochLength };
}

/** The epoch that runs at a time; 0 before the first. */
export function epochAt(config: Config, now: number): number {
  return now < config.epochStart ? 0 : Math.floor((now - config.epochStart) / config.epochLength) + 1;
}
