//! What a batch is made of: hashes, files, signers, the transaction.

import type { EpochStatus } from "../../api/types";
import { useApp, useLoad } from "../../app";
import * as format from "../../format";
import { en } from "../../text/en";
import { Address, Amount, Facts, Hash, Outside, TxLink } from "../../ui/basics";
import { signersOf, type Batch, type OnChain } from "../../verify/onchain";
import { evidencePlaces, policyPlaces } from "../../verify/places";

const words = en.epoch;

export function BatchFacts({ chain, server }: { chain: OnChain | null; server: EpochStatus | null }) {
  const { config } = useApp();
  const batch = chain?.batch ?? null;
  const header = batch?.header ?? null;
  const evidence = header?.evidenceHash ?? server?.evidence_hash ?? null;
  const policy = header?.policyHash ?? chain?.terms?.policyHash ?? server?.policy_hash ?? null;
  const units = (value: bigint) => <Amount value={value * config.unit} />;
  const budget = chain?.terms?.budget ?? null;
  return (
    <Facts
      rows={[
        batch && batch.credited > 0n && [words.facts.credited, units(batch.credited)],
        budget !== null && [
          words.facts.budget,
          <>
            {units(budget)}
            {header && budget > 0n && <span class="muted"> · {words.ofBudget(format.percent(Number((header.total * 1000n) / budget)))}</span>}
          </>,
        ],
        chain?.terms ? [words.facts.cap, units(chain.terms.cap)] : null,
        header && header.round > 1 && [words.facts.round, words.round(format.number(header.round))],
        batch && [words.facts.signed, <Signed batch={batch} />],
        batch && [words.facts.transaction, <TxLink hash={batch.tx} />],
        evidence && [words.facts.evidence, <Hash value={evidence} />],
        evidence && [words.facts.files, <Files hash={evidence} server={server} />],
        header && [words.facts.entriesHash, <Hash value={header.entriesHash} />],
        policy && [words.facts.policy, <Policy hash={policy} />],
      ]}
    />
  );
}

function Files({ hash, server }: { hash: `0x${string}`; server: EpochStatus | null }) {
  const { config } = useApp();
  const copies = server && server.evidence_hash === hash ? Object.values(server.copies) : [];
  const places = evidencePlaces(config, hash, [], copies);
  if (places.length === 0) return <>{words.noFiles}</>;
  return (
    <ul class="plain">
      {places.map((place) => (
        <li key={place.url}><Outside href={place.url}>{words.download(place.name)}</Outside></li>
      ))}
    </ul>
  );
}

function Policy({ hash }: { hash: `0x${string}` }) {
  const { config } = useApp();
  const [place] = policyPlaces(config, hash);
  return (
    <>
      <Hash value={hash} />
      {place && <> <Outside href={place.url}>{words.policyText}</Outside></>}
    </>
  );
}

function Signed({ batch }: { batch: Batch }) {
  const { chain, config } = useApp();
  const loaded = useLoad(() => signersOf(chain, config, batch), [chain, config, batch]);
  const signers = loaded.value;
  if (!signers) return <span class="muted">{loaded.state === "error" ? words.signersFailed : "…"}</span>;
  const [members, set] = [format.number(signers.members.length), String(signers.set)];
  if (!signers.known) return <>{words.signersNeeded(members, format.number(signers.threshold), set)}</>;
  const signed = signers.members.filter((one) => one.signed);
  return (
    <>
      <p class="muted small">{words.signers(format.number(signed.length), members, set)}</p>
      <ul class="plain">
        {signers.members.map(({ member, signed, switchedOff }) => (
          <li key={member} class={signed ? undefined : "muted"}>
            <Address value={member} />
            {!signed && <span> {words.didNotSign}</span>}
            {switchedOff && <span> {words.switchedOff}</span>}
          </li>
        ))}
      </ul>
    </>
  );
}
