//! One proposal: what it does in words, how its votes stand, and what can be done about it now.

import { useState } from "preact/hooks";
import { useApp, useLoad } from "../../app";
import * as format from "../../format";
import { readProposals, readTally, wasVetoed, type Proposal, type Tally } from "../../govern/proposals";
import { votingToken } from "../../govern/voter";
import { href, type Route } from "../../router";
import { en } from "../../text/en";
import { Address, Empty, ErrorBox, Facts, Hash, Loading, Notice } from "../../ui/basics";
import { Title } from "../../ui/shell";
import { nextTime, StateBadge } from "../govern/state";
import type { ViewProps } from "..";
import { Actions } from "./actions";
import { Next } from "./next";
import { VetoPart } from "./veto";
import { Vote } from "./vote";
import { Votes } from "./votes";

const words = en.proposal;

function Times({ tally }: { tally: Tally }) {
  const at = (seconds: number) => `${format.time(seconds)} (${format.relative(seconds, tally.now)})`;
  return (
    <section>
      <h2>{words.times.title}</h2>
      <Facts
        rows={[
          [words.times.snapshot, at(tally.snapshot)],
          [words.times.deadline, at(tally.deadline)],
          tally.queuedAt > 0 && [words.times.queued, at(tally.queuedAt)],
          tally.eta > 0 && tally.state !== "canceled" && [words.times.eta, at(tally.eta)],
        ]}
      />
    </section>
  );
}

function Known({ proposal }: { proposal: Proposal }) {
  const { chain, config } = useApp();
  const loaded = useLoad(async () => {
    const [tally, { money }] = await Promise.all([readTally(chain, config, proposal.id), votingToken(chain, config)]);
    return { tally, money, vetoed: tally.state === "canceled" && (await wasVetoed(chain, config, proposal.id)) };
  }, [chain, proposal.id]);
  const [done, setDone] = useState("");
  const changed = (text: string) => {
    setDone(text);
    loaded.reload();
  };
  const title = proposal.title || en.govern.list.untitled;
  const value = loaded.value;
  return (
    <>
      <Title name={title}>{title}</Title>
      {value && (
        <p class="proposal-state">
          <StateBadge state={value.tally.state} vetoed={value.vetoed} />
          <span class="muted">{nextTime(value.tally)}</span>
        </p>
      )}
      {done && <Notice tone="good" title={done} live />}
      {value?.vetoed && !done && <Notice title={words.veto.was} />}
      {loaded.state === "error" && <ErrorBox fault={loaded.fault} retry={loaded.reload} />}
      {!value && loaded.state === "loading" && <Loading />}
      {value && <Actions proposal={proposal} tally={value.tally} />}
      <section>
        <h2>{words.description}</h2>
        {proposal.body ? <p class="description">{proposal.body}</p> : <p class="muted">{words.noDescription}</p>}
        <Facts rows={[[words.by, <Address value={proposal.proposer} />], [words.number, <Hash value={String(proposal.id)} />]]} />
      </section>
      {value && <Votes tally={value.tally} money={value.money} />}
      {value && <Vote proposal={proposal} tally={value.tally} money={value.money} changed={changed} />}
      {value && <Next proposal={proposal} tally={value.tally} changed={changed} />}
      {value?.tally.state === "queued" && <VetoPart proposal={proposal} tally={value.tally} changed={changed} />}
      {value && <Times tally={value.tally} />}
    </>
  );
}

export default function ProposalView({ route }: ViewProps<Extract<Route, { view: "proposal" }>>) {
  const { chain, config } = useApp();
  const id = BigInt(route.id);
  const loaded = useLoad(async () => ({ proposal: (await readProposals(chain, config)).find((one) => one.id === id) ?? null }), [chain, id]);
  if (loaded.value?.proposal) return <Known proposal={loaded.value.proposal} />;
  return (
    <>
      <Title name={words.title}>{words.title}</Title>
      {loaded.state === "loading" && <Loading />}
      {loaded.state === "error" && <ErrorBox fault={loaded.fault} retry={loaded.reload} />}
      {loaded.state === "ready" && <Empty title={words.missing}><p>{words.missingText}</p><p><a href={href({ view: "govern" })}>{words.back}</a></p></Empty>}
    </>
  );
}
