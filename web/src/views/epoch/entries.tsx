//! Whom a batch pays. By account number, unless the DAO wants people ranked.

import { useState } from "preact/hooks";
import { useApp } from "../../app";
import type { BatchEntry } from "../../chain/batches";
import * as format from "../../format";
import { href } from "../../router";
import { en } from "../../text/en";
import { Amount, Button, Notice, Table } from "../../ui/basics";
import type { Batch } from "../../verify/onchain";

const words = en.epoch;
const FIRST = 100;

const larger = (a: BatchEntry, b: BatchEntry): number => (a.units > b.units ? -1 : a.units < b.units ? 1 : a.position - b.position);

export function Entries({ batch, logins }: { batch: Batch; logins: ReadonlyMap<bigint, string> }) {
  const { config } = useApp();
  const [all, setAll] = useState(false);
  const entries = config.ranking ? [...batch.entries].sort(larger) : batch.entries;
  const shown = all ? entries : entries.slice(0, FIRST);
  // What is challenged as a whole is told above.
  const challenged = batch.frozen ? [] : entries.filter((entry) => entry.state === "challenged");
  const head = (
    <tr>
      <th scope="col">{words.columns.contributor}</th>
      <th scope="col" class="figure">{words.columns.amount}</th>
      <th scope="col">{words.columns.state}</th>
    </tr>
  );
  return (
    <section class="narrow" aria-labelledby="entries-title">
      <h2 id="entries-title">{words.entries}</h2>
      <p class="muted">{config.ranking ? words.entriesRanked : words.entriesText}</p>
      {batch.status === "posted" && <p>{entries.length > 0 ? words.publishing(en.verify.entries(entries.length, format.number(entries.length))) : words.noEntries}</p>}
      {challenged.length > 0 && <Notice tone="warn"><p>{words.challenged(challenged.length, format.number(challenged.length))}</p></Notice>}
      {entries.length > 0 && (
        <Table caption={words.entriesTable} hidden head={head}>
          {shown.map((entry) => (
            <tr key={entry.position} class={entry.state === "challenged" ? "challenged" : undefined}>
              <th scope="row"><Who id={entry.id} login={logins.get(entry.id) ?? null} /></th>
              <td class="figure"><Amount value={entry.units * config.unit} /></td>
              <td>{words.states[entry.state]}</td>
            </tr>
          ))}
        </Table>
      )}
      {shown.length < entries.length && <p><Button onClick={() => setAll(true)}>{words.all(format.number(entries.length))}</Button></p>}
    </section>
  );
}

/** By the login where it is known, otherwise by the number. */
export function Who({ id, login }: { id: bigint; login: string | null }) {
  return <a href={href({ view: "contributor", who: login ?? String(id) })}>{login ?? String(id)}</a>;
}
