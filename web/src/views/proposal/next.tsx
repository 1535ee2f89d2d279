//! What anybody can do to move a proposal on: queue it, execute it; or withdraw it, who proposed it.

import { useApp, useLoad } from "../../app";
import * as format from "../../format";
import { execute, queue, withdrawProposal } from "../../govern/calls";
import { span } from "../../govern/figures";
import { timelockDelay, type Proposal, type Tally } from "../../govern/proposals";
import { en } from "../../text/en";
import { Act } from "../govern/act";

const words = en.proposal.next;

export function Next({ proposal, tally, changed }: { proposal: Proposal; tally: Tally; changed: (done: string) => void }) {
  const { chain, config, connection } = useApp();
  const delay = useLoad(() => timelockDelay(chain, config), [chain]);
  const mine = connection?.account.toLowerCase() === proposal.proposer.toLowerCase();
  const ready = tally.state === "queued" && tally.eta <= tally.now;
  if (tally.state !== "succeeded" && tally.state !== "queued" && !(tally.state === "pending" && mine)) return null;
  return (
    <section>
      <h2>{words.title}</h2>
      {tally.state === "succeeded" && (
        <>
          <p>{words.queueText(delay.value === null ? "…" : span(delay.value))}</p>
          <Act call={queue(config, proposal)} text={words.queue} done={words.queued} changed={changed} />
        </>
      )}
      {tally.state === "queued" && !ready && <p>{words.waits(format.time(tally.eta))}</p>}
      {ready && (
        <>
          <p>{words.executeText}</p>
          <Act call={execute(config, proposal)} text={words.execute} done={words.executed} changed={changed} />
        </>
      )}
      {tally.state === "pending" && mine && (
        <>
          <p>{words.cancelText}</p>
          <Act call={withdrawProposal(config, proposal)} text={words.cancel} done={words.cancelled} kind="danger" changed={changed} />
        </>
      )}
    </section>
  );
}
