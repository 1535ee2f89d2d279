//! Where a batch stands, in one sentence.

import * as format from "../../format";
import { en } from "../../text/en";
import type { Batch } from "../../verify/onchain";

const words = en.epoch.status;

/** @param now The chain's time. */
export function statusText(batch: Batch, now: number): { text: string; tone: "" | "good" | "bad" } {
  const at = (seconds: number | null) => [format.time(seconds ?? now), format.relative(seconds ?? now, now)] as const;
  if (batch.status === "void") return { text: words.void, tone: "bad" };
  if (batch.status === "settled") {
    const open = batch.entries.some((entry) => entry.state === "challenged");
    return { text: open ? words.settledHeld : words.settled, tone: open ? "" : "good" };
  }
  if (!batch.live) return { text: words.dead, tone: "bad" };
  if (batch.frozen) return { text: words.frozen, tone: "bad" };
  if (batch.status === "posted") return { text: words.posted(...at(batch.publishDeadline)), tone: "" };
  if (batch.status === "crediting") return { text: words.crediting, tone: "" };
  return batch.windowEnd !== null && now >= batch.windowEnd ? { text: words.due, tone: "" } : { text: words.window(...at(batch.windowEnd)), tone: "" };
}

/** Whether it can be challenged: from its first published entry on, until the window's end. */
export function isOpen(batch: Batch, now: number): boolean {
  return batch.live && !batch.frozen && (batch.status === "posted" || (batch.status === "window" && batch.windowEnd !== null && now < batch.windowEnd));
}

export function StatusLine({ batch, now }: { batch: Batch; now: number }) {
  const { text, tone } = statusText(batch, now);
  return <p class={`status-line ${tone}`}>{text}</p>;
}
