//! Where a proposal stands, as a word and a time.

import * as format from "../../format";
import type { State, Tally } from "../../govern/proposals";
import { en } from "../../text/en";

const words = en.govern;

const TONES: Record<State, string> = {
  pending: "open",
  active: "open",
  canceled: "ended",
  defeated: "ended",
  succeeded: "open",
  queued: "open",
  expired: "ended",
  executed: "good",
};

export function StateBadge({ state, vetoed = false }: { state: State; vetoed?: boolean }) {
  return <span class={`badge ${TONES[state]}`}>{vetoed ? words.states.vetoed : words.states[state]}</span>;
}

/** What is next for it, and when; nothing once it has ended. */
export function nextTime({ state, snapshot, deadline, eta, now }: Tally): string | null {
  const at = (seconds: number) => `${format.time(seconds)} (${format.relative(seconds, now)})`;
  if (state === "pending") return words.when.pending(at(snapshot));
  if (state === "active") return words.when.active(at(deadline));
  if (state === "succeeded") return words.when.succeeded;
  if (state === "queued") return eta <= now ? words.when.ready : words.when.queued(at(eta));
  return null;
}
