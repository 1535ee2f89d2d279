//! The contributors' veto of a queued proposal: how far it has come, and one's own part in it.

import type { Address } from "viem";
import { useApp, useLoad } from "../../app";
import { accountsOf } from "../../chain/reads";
import * as format from "../../format";
import { standUp, veto } from "../../govern/calls";
import { share } from "../../govern/figures";
import { readVeto, type Proposal, type Tally, type Veto } from "../../govern/proposals";
import { readVetoVoice } from "../../govern/voter";
import { en } from "../../text/en";
import { ErrorBox, Loading, Notice } from "../../ui/basics";
import { Act } from "../govern/act";
import { Bar } from "./votes";

const words = en.proposal.veto;

interface Props {
  proposal: Proposal;
  tally: Tally;
  changed: (done: string) => void;
}

function Voice({ proposal, tally, changed, account, needed }: Props & { account: Address; needed: bigint }) {
  const { chain, config } = useApp();
  const loaded = useLoad(async () => {
    const ids = (await accountsOf(chain, config, account)).map(({ id }) => id);
    return readVetoVoice(chain, config, proposal.id, account, ids, tally.queuedAt);
  }, [chain, proposal.id, account]);
  const voice = loaded.value;
  if (!voice) return loaded.state === "error" ? <ErrorBox fault={loaded.fault} retry={loaded.reload} /> : <Loading lines={1} />;
  if (voice.ids.length === 0) return <p>{voice.counted.length > 0 ? words.mine : words.noVotes}</p>;
  const done = (text: string) => {
    loaded.reload();
    changed(text);
  };
  return (
    <>
      <p>{words.supportText(share(voice.votes, needed))}</p>
      <Act call={standUp(config, proposal.id, voice.ids)} text={words.support} done={words.supported} kind="secondary" changed={done} />
    </>
  );
}

function Standing({ veto: state, ...props }: Props & { veto: Veto }) {
  const { config, connection } = useApp();
  if (state.immune !== null) return <Notice title={words[state.immune]} />;
  const enough = state.votes >= state.needed && state.ids >= state.neededIds;
  return (
    <>
      <p class="muted">{words.text}</p>
      <div class="tally">
        <p>{words.votes(share(state.votes, state.needed))}</p>
        <Bar part={state.votes} all={state.needed} kind="against" />
        <p>{words.people(format.number(state.ids), format.number(state.neededIds))}</p>
        <Bar part={BigInt(state.ids)} all={BigInt(state.neededIds)} kind="against" />
      </div>
      {connection && !enough && <Voice key={connection.account} {...props} account={connection.account} needed={state.needed} />}
      {!connection && !enough && <Act call={null} text="" done="" kind="secondary" />}
      {enough && (
        <>
          <p>{words.enough}</p>
          <Act call={veto(config, props.proposal)} text={words.button} done={words.done} kind="danger" changed={props.changed} />
        </>
      )}
    </>
  );
}

export function VetoPart(props: Props) {
  const { chain, config } = useApp();
  const loaded = useLoad(async () => ({ veto: await readVeto(chain, config, props.proposal) }), [chain, props.proposal.id, props.tally]);
  const changed = (done: string) => {
    loaded.reload();
    props.changed(done);
  };
  return (
    <section>
      <h2>{words.title}</h2>
      {loaded.value ? loaded.value.veto ? <Standing {...props} changed={changed} veto={loaded.value.veto} /> : <p>{words.soon}</p> : loaded.state === "error" ? <ErrorBox fault={loaded.fault} retry={loaded.reload} /> : <Loading lines={2} />}
    </section>
  );
}
