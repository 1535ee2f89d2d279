//! How the votes stand: for, against, abstaining, and the quorum.

import { brief, exact, share } from "../../govern/figures";
import type { Money } from "../../govern/present";
import { passing, type Tally } from "../../govern/proposals";
import { en } from "../../text/en";
import { Table } from "../../ui/basics";

const words = en.proposal.votes;

/** A share of the whole width, in thousandths. */
const milli = (part: bigint, all: bigint): number => (all === 0n ? 0 : Number((part * 1_000n) / all));

export function Bar({ part, all, kind = "" }: { part: bigint; all: bigint; kind?: string }) {
  return (
    <svg class="bar" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">
      <rect width="1000" height="10" />
      <rect class={`part ${kind}`} width={Math.min(1_000, milli(part, all))} height="10" />
    </svg>
  );
}

export function Votes({ tally, money }: { tally: Tally; money: Money }) {
  const all = tally.inFavour + tally.against + tally.abstain;
  const { cast, hasQuorum } = passing(tally);
  const shown = (value: bigint) => exact(value, money.decimals);
  const rows = [
    [words.for, tally.inFavour, "for"],
    [words.against, tally.against, "against"],
    [words.abstain, tally.abstain, "abstain"],
  ] as const;
  return (
    <section>
      <h2>{words.title}</h2>
      <div class="tally">
        <Table caption={words.caption} hidden head={<tr><th scope="col">{words.choice}</th><th scope="col"><span class="unseen">{words.share("")}</span></th><th scope="col" class="figure">{words.count}</th></tr>}>
          {rows.map(([name, count, kind]) => (
            <tr key={kind}>
              <th scope="row">{name}</th>
              <td><Bar part={count} all={all} kind={kind} /><span class="unseen">{words.share(share(count, all))}</span></td>
              <td class="figure">{shown(count)} {money.symbol}</td>
            </tr>
          ))}
        </Table>
        <p>{words.quorum(brief(cast, money.decimals), brief(tally.quorum, money.decimals))}. {hasQuorum && words.quorumReached} {tally.state === "pending" && words.quorumSoon}</p>
        <Bar part={cast} all={tally.quorum} />
      </div>
    </section>
  );
}
