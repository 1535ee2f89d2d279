//! The challenge of one epoch's batch, or of one entry in it, with the bond in plain sight.

import { useState } from "preact/hooks";
import { useApp, useLoad } from "../../app";
import * as format from "../../format";
import { challengeBatch, challengeEntry } from "../../govern/calls";
import { readBonds, readEntries, readOpenBatches, type Bonds, type Entry, type OpenBatch } from "../../govern/disputes";
import { exact, span } from "../../govern/figures";
import { href, WHO, type Route } from "../../router";
import { en } from "../../text/en";
import { Amount, Empty, ErrorBox, Facts, Field, Loading, Notice } from "../../ui/basics";
import { Title } from "../../ui/shell";
import type { ViewProps } from "..";
import { Act } from "./act";

const words = en.govern.challenge;

/** The longest reason that the contract takes, in bytes. */
const LONGEST = 1_024;

function WhichEntry({ entries, chosen }: { entries: readonly Entry[] | null; chosen: (entry: Entry | null) => void }) {
  const { api, config } = useApp();
  const [who, setWho] = useState("");
  const name = who.trim().replace(/^@/, "");
  const found = useLoad(async () => {
    if (!WHO.test(name) || entries === null) return null;
    const entry = await api.account(name).then(({ id }) => entries.find((one) => one.id === id) ?? null, () => null);
    chosen(entry);
    return { entry };
  }, [api, name, entries]);
  const entry = found.value?.entry ?? null;
  const error = found.state === "ready" && found.value !== null && entry === null ? words.notThere : null;
  return (
    <>
      <Field label={words.whom} hint={words.whomHint} error={error}>
        {({ id, describedBy }) => (
          <input id={id} aria-describedby={describedBy} aria-invalid={error !== null} value={who} onInput={(event) => { chosen(null); setWho(event.currentTarget.value); }} autocomplete="off" spellcheck={false} />
        )}
      </Field>
      {entries === null && <p class="muted" role="status">{words.loadingEntries}</p>}
      {entry && <p role="status">{words.found(format.number(entry.position))} <Amount value={entry.units * config.unit} /></p>}
    </>
  );
}

function Form({ batch, bonds, now }: { batch: OpenBatch; bonds: Bonds; now: number }) {
  const { chain, config } = useApp();
  const [whole, setWhole] = useState(false);
  const [entry, setEntry] = useState<Entry | null>(null);
  const [reason, setReason] = useState("");
  const entries = useLoad(() => readEntries(chain, config, batch), [chain, batch.epoch, batch.round, batch.entryCount]);
  const bytes = new TextEncoder().encode(reason).length;
  const bond = whole ? bonds.batch : bonds.entry;
  const { currency } = config.chain;
  const shown = `${exact(bond, currency.decimals)} ${currency.symbol}`;
  const call = whole
    ? bytes <= LONGEST ? challengeBatch(config, batch.epoch, reason.trim(), bond) : null
    : entry && challengeEntry(config, batch.epoch, entry.position, bond);
  return (
    <>
      {batch.windowEnd > 0 && <p>{words.until(`${format.time(batch.windowEnd)} (${format.relative(batch.windowEnd, now)})`)}</p>}
      <fieldset class="choices">
        <legend>{words.what}</legend>
        {([[false, words.entry, words.entryText], [true, words.batch, words.batchText]] as const).map(([value, title, text]) => (
          <label class="choice" key={title}>
            <input type="radio" name="subject" checked={whole === value} onChange={() => setWhole(value)} />
            <span><strong>{title}</strong><span class="muted">{text}</span></span>
          </label>
        ))}
      </fieldset>
      {whole ? (
        <Field label={words.reason} hint={words.reasonHint(format.number(Math.max(0, LONGEST - bytes)))} error={bytes > LONGEST ? words.reasonLong : null}>
          {({ id, describedBy }) => <textarea id={id} rows={4} aria-describedby={describedBy} value={reason} onInput={(event) => setReason(event.currentTarget.value)} />}
        </Field>
      ) : entries.state === "error" ? (
        <ErrorBox fault={entries.fault} retry={entries.reload} />
      ) : (
        <WhichEntry entries={entries.value} chosen={setEntry} />
      )}
      <Facts rows={[[words.bond, <strong>{shown}</strong>], [words.answerBy, bonds.arbiter === null ? words.dao : words.arbiterAndDao]]} />
      <p class="muted">{words.bondText(span(bonds.answer))}</p>
      {!whole && <p class="muted">{words.mended}</p>}
      {(whole || entry !== null) && <Act key={String(whole)} call={call} text={words.button(shown)} done={words.done} kind="danger" />}
    </>
  );
}

export default function ChallengeView({ route }: ViewProps<Extract<Route, { view: "challenge" }>>) {
  const { chain, config } = useApp();
  const epoch = BigInt(route.epoch);
  const loaded = useLoad(async () => {
    const [{ batches, now }, bonds] = await Promise.all([readOpenBatches(chain, config), readBonds(chain, config)]);
    return { batch: batches.find((one) => one.epoch === epoch) ?? null, bonds, now };
  }, [chain, epoch]);
  const value = loaded.value;
  const title = en.govern.challengeTitle(String(route.epoch));
  return (
    <>
      <Title name={title}>{title}</Title>
      {!value && loaded.state === "loading" && <Loading />}
      {loaded.state === "error" && <ErrorBox fault={loaded.fault} retry={loaded.reload} />}
      {value && value.batch === null && <Empty title={words.closed}><p>{words.closedText}</p><p><a href={href({ view: "epoch", epoch: route.epoch })}>{en.epoch.title(String(route.epoch))}</a></p></Empty>}
      {value?.batch && value.batch.isFrozen && <Notice tone="warn" title={en.govern.disputes.frozen} />}
      {value?.batch && !value.batch.isFrozen && <Form batch={value.batch} bonds={value.bonds} now={value.now} />}
    </>
  );
}
