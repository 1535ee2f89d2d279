//! Challenges that are open, and the batches that can be challenged.

import type { ComponentChildren } from "preact";
import { useApp, useLoad } from "../../app";
import * as format from "../../format";
import { closeOverdue, refund } from "../../govern/calls";
import { readChallenges, readOpenBatches, type OpenBatch, type OpenChallenge } from "../../govern/disputes";
import { exact } from "../../govern/figures";
import { href } from "../../router";
import { en } from "../../text/en";
import { Address, Amount, Empty, ErrorBox, Facts, Loading } from "../../ui/basics";
import { Act } from "./act";

const words = en.govern.disputes;

function Challenge({ challenge, now, changed }: { challenge: OpenChallenge; now: number; changed: () => void }) {
  const { config } = useApp();
  const { number, subject, about, position, challenger, bond, deadline, reason, isMoot } = challenge;
  const { currency } = config.chain;
  const overdue = deadline < now && !isMoot;
  const text = en.govern.words.subjects[subject](String(about), format.number(position));
  let act: ComponentChildren = null;
  if (isMoot) act = <><p>{words.moot}</p><Act call={refund(config, [number])} text={words.refund} done={words.refunded} kind="secondary" changed={changed} /></>;
  else if (overdue) act = <><p>{words.overdue}</p><Act call={closeOverdue(config, [number])} text={words.close} done={words.closed} kind="secondary" changed={changed} /></>;
  return (
    <li class="proposal">
      <h3>{words.number} {format.number(number)}: {text}</h3>
      <Facts
        rows={[
          reason !== null && [words.reason, reason],
          [words.by, <Address value={challenger} />],
          [words.bond, `${exact(bond, currency.decimals)} ${currency.symbol}`],
          [words.deadline, `${format.time(deadline)} (${format.relative(deadline, now)})`],
        ]}
      />
      {act}
    </li>
  );
}

function Batches({ batches, now }: { batches: readonly OpenBatch[]; now: number }) {
  const { config } = useApp();
  if (batches.length === 0) return <Empty title={words.noBatches}><p>{words.noBatchesText}</p></Empty>;
  return (
    <ul class="proposals">
      {batches.map((batch) => (
        <li class="proposal" key={String(batch.epoch)}>
          <h3><a href={href({ view: "epoch", epoch: Number(batch.epoch) })}>{words.batchRow(String(batch.epoch))}</a></h3>
          <Facts
            rows={[
              [words.windowEnd, batch.windowEnd === 0 ? words.publishing : `${format.time(batch.windowEnd)} (${format.relative(batch.windowEnd, now)})`],
              [words.entries, format.number(batch.entryCount)],
              [words.total, <Amount value={batch.total * config.unit} />],
            ]}
          />
          {batch.isFrozen ? <p>{words.frozen}</p> : <p><a class="button secondary" href={href({ view: "challenge", epoch: Number(batch.epoch) })}>{words.open(String(batch.epoch))}</a></p>}
        </li>
      ))}
    </ul>
  );
}

export function Disputes() {
  const { chain, config } = useApp();
  const loaded = useLoad(async () => {
    const [challenges, open] = await Promise.all([readChallenges(chain, config), readOpenBatches(chain, config)]);
    return { challenges, ...open };
  }, [chain]);
  const value = loaded.value;
  if (!value) return loaded.state === "error" ? <ErrorBox fault={loaded.fault} retry={loaded.reload} /> : <Loading />;
  return (
    <>
      <p>{words.text}</p>
      <h2>{words.title}</h2>
      {value.challenges.length === 0 ? (
        <Empty title={words.empty} />
      ) : (
        <ul class="proposals">{value.challenges.map((one) => <Challenge key={String(one.number)} challenge={one} now={value.now} changed={loaded.reload} />)}</ul>
      )}
      <h2>{words.batches}</h2>
      <Batches batches={value.batches} now={value.now} />
    </>
  );
}
