//! The connected wallet's vote.

import { useState } from "preact/hooks";
import type { Address } from "viem";
import { useApp, useLoad } from "../../app";
import { vote } from "../../govern/calls";
import { exact } from "../../govern/figures";
import type { Money } from "../../govern/present";
import type { Proposal, Tally } from "../../govern/proposals";
import { readBallot, type Choice } from "../../govern/voter";
import { en } from "../../text/en";
import { ErrorBox, Field, Loading, Notice } from "../../ui/basics";
import { Act } from "../govern/act";

const words = en.proposal.vote;

interface Props {
  proposal: Proposal;
  tally: Tally;
  money: Money;
  changed: (done: string) => void;
}

function Ballot({ proposal, tally, money, changed, account }: Props & { account: Address }) {
  const { chain, config } = useApp();
  const [choice, setChoice] = useState<Choice | null>(null);
  const [reason, setReason] = useState("");
  const [missing, setMissing] = useState(false);
  const loaded = useLoad(() => readBallot(chain, config, proposal.id, account, tally.snapshot, tally.now), [chain, proposal.id, account, tally.snapshot, tally.state]);
  const ballot = loaded.value;
  if (!ballot) return loaded.state === "error" ? <ErrorBox fault={loaded.fault} retry={loaded.reload} /> : <Loading lines={2} />;
  if (ballot.cast !== null) return <p>{words.cast[ballot.cast]} {ballot.weight !== null && ballot.weight > 0n && words.weight(`${exact(ballot.weight, money.decimals)} ${money.symbol}`)}</p>;
  if (tally.state !== "active") return <p>{words.didNot}</p>;
  if (ballot.weight === null || ballot.weight === 0n) return <Notice title={words.none} />;
  const choices = [["for", en.proposal.votes.for], ["against", en.proposal.votes.against], ["abstain", en.proposal.votes.abstain]] as const;
  const done = (text: string) => {
    loaded.reload();
    changed(text);
  };
  return (
    <>
      <p>{words.weight(`${exact(ballot.weight, money.decimals)} ${money.symbol}`)}</p>
      <fieldset class="choices">
        <legend>{words.legend}</legend>
        {choices.map(([value, text]) => (
          <label class="choice" key={value}>
            <input type="radio" name="choice" checked={choice === value} onChange={() => setChoice(value)} />
            <span>{text}</span>
          </label>
        ))}
      </fieldset>
      {missing && choice === null && <p class="field-error" role="alert">{words.pick}</p>}
      <Field label={words.reason} hint={words.reasonHint}>
        {({ id, describedBy }) => <input id={id} aria-describedby={describedBy} value={reason} maxLength={2_000} onInput={(event) => setReason(event.currentTarget.value)} autocomplete="off" />}
      </Field>
      <Act call={choice && vote(config, proposal.id, choice, reason)} text={words.button} done={words.done} changed={done} missing={() => setMissing(true)} />
    </>
  );
}

export function Vote(props: Props) {
  const { connection } = useApp();
  const { state } = props.tally;
  if (!connection && state !== "active") return null;
  if (state === "pending") return null;
  return (
    <section>
      <h2>{words.title}</h2>
      {connection ? (
        <Ballot key={connection.account} {...props} account={connection.account} />
      ) : (
        <>
          <p>{words.connect}</p>
          <Act call={null} text="" done="" />
        </>
      )}
    </section>
  );
}
