//! All proposals, newest first, each with what it does in words.

import { useState } from "preact/hooks";
import { readContract } from "viem/actions";
import { useApp, useLoad } from "../../app";
import * as format from "../../format";
import { governorAbi } from "../../govern/abi";
import { decode } from "../../govern/decode";
import { exact } from "../../govern/figures";
import { present } from "../../govern/present";
import { readProposals, readTally, type Proposal } from "../../govern/proposals";
import { votingToken } from "../../govern/voter";
import { wordsOf } from "../../govern/words";
import { href } from "../../router";
import { en } from "../../text/en";
import { Button, Empty, ErrorBox, Loading } from "../../ui/basics";
import { nextTime, StateBadge } from "./state";

const words = en.govern.list;

/** So many are read at once. */
const PAGE = 10;

function Row({ proposal }: { proposal: Proposal }) {
  const { chain, config } = useApp();
  const loaded = useLoad(async () => {
    const tally = await readTally(chain, config, proposal.id);
    const now = present(chain, config, tally.state === "executed");
    const said = await Promise.all(proposal.actions.map((action) => wordsOf(action, decode(action, config.contracts), now, config.contracts)));
    return { tally, said };
  }, [chain, proposal.id]);
  const sentences = loaded.value?.said.map((one) => sentence(one.clauses.length > 0 ? one.clauses : one.warnings)) ?? [];
  return (
    <li class="proposal">
      <h3><a href={href({ view: "proposal", id: String(proposal.id) })}>{proposal.title || words.untitled}</a></h3>
      {loaded.value ? (
        <>
          <p class="proposal-state">
            <StateBadge state={loaded.value.tally.state} />
            <span class="muted">{nextTime(loaded.value.tally)}</span>
          </p>
          {sentences.length > 0 && <p class="small">{sentences.join(" ")}</p>}
        </>
      ) : loaded.state === "error" ? (
        <ErrorBox fault={loaded.fault} retry={loaded.reload} />
      ) : (
        <Loading lines={2} />
      )}
    </li>
  );
}

/** "Raise A from 1 to 2; keep B." */
export function sentence(clauses: readonly string[]): string {
  const text = clauses.join("; ");
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}`;
}

function Threshold() {
  const { chain, config } = useApp();
  const loaded = useLoad(async () => {
    const [{ money }, threshold] = await Promise.all([
      votingToken(chain, config),
      readContract(chain, { address: config.contracts.governor, abi: governorAbi, functionName: "proposalThreshold" }),
    ]);
    return `${exact(threshold, money.decimals)} ${money.symbol}`;
  }, [chain]);
  return loaded.value ? <p>{words.emptyText(loaded.value)}</p> : null;
}

export function Proposals() {
  const { chain, config } = useApp();
  const loaded = useLoad(() => readProposals(chain, config), [chain]);
  const [shown, setShown] = useState(PAGE);
  const proposals = loaded.value;
  if (!proposals) return loaded.state === "error" ? <ErrorBox fault={loaded.fault} retry={loaded.reload} /> : <Loading />;
  if (proposals.length === 0) return <Empty title={words.empty}><Threshold /></Empty>;
  return (
    <>
      <h2 class="unseen">{words.title}</h2>
      <ul class="proposals">{proposals.slice(0, shown).map((one) => <Row key={String(one.id)} proposal={one} />)}</ul>
      {proposals.length > shown && <p><Button onClick={() => setShown(shown + PAGE)}>{words.more} ({format.number(proposals.length - shown)})</Button></p>}
    </>
  );
}
