//! All epochs: where each stands, what it paid, and how evenly.

import { useState } from "preact/hooks";
import { useApp, useLoad } from "../../app";
import * as format from "../../format";
import { href } from "../../router";
import { en } from "../../text/en";
import { Amount, Button, Empty, ErrorBox, Loading, Notice, Table } from "../../ui/basics";
import { Title } from "../../ui/shell";
import { epochAt, periodOf } from "../epoch/period";
import { loadEpochs, type Row } from "./data";
import { FairnessOverTime } from "./fairness";
import "./epochs.css";

const words = en.epochs;
const FIRST = 26;

export default function EpochsView() {
  const app = useApp();
  const { config } = app;
  const loaded = useLoad(() => loadEpochs(app), [app.api, app.chain]);
  const epochs = loaded.value;
  return (
    <>
      <Title name={words.title}>{words.title}</Title>
      <p class="lead">{words.lead(format.duration(config.epochLength))}</p>
      {loaded.state === "error" && !epochs && <ErrorBox fault={loaded.fault} retry={loaded.reload} />}
      {!epochs && loaded.state === "loading" && <Loading lines={5} />}
      {epochs && (
        <>
          {epochs.noServer && <Notice tone="warn"><p>{words.noServer}</p><p><Button onClick={loaded.reload}>{en.shell.retry}</Button></p></Notice>}
          {epochs.noChain && <Notice tone="warn"><p>{words.noChain}</p><p><Button onClick={loaded.reload}>{en.shell.retry}</Button></p></Notice>}
          {epochs.now !== null && <Running now={epochs.now} />}
          {epochs.rows.length === 0 ? (
            <Empty title={words.none}>
              <p>{words.noneText}</p>
            </Empty>
          ) : (
            <>
              <List rows={epochs.rows} />
              <FairnessOverTime rows={epochs.rows} />
            </>
          )}
        </>
      )}
    </>
  );
}

function Running({ now }: { now: number }) {
  const { config } = useApp();
  const epoch = epochAt(config, now);
  if (epoch === 0) return <p>{words.begins(format.time(config.epochStart), format.relative(config.epochStart, now))}</p>;
  const { ends } = periodOf(config, epoch);
  return <p>{words.running(format.number(epoch), format.time(ends), format.relative(ends, now))}</p>;
}

function List({ rows }: { rows: readonly Row[] }) {
  const [all, setAll] = useState(false);
  const shown = all ? rows : rows.slice(0, FIRST);
  const { columns } = words;
  const head = (
    <tr>
      <th scope="col">{columns.epoch}</th>
      <th scope="col">{columns.status}</th>
      <th scope="col" class="figure people">{columns.entries}</th>
      <th scope="col" class="figure paid">{columns.total}</th>
      <th scope="col" class="verify"><span class="unseen">{columns.verify}</span></th>
    </tr>
  );
  return (
    <>
      <div class="epochs"><Table caption={words.table} head={head} hidden>
        {shown.map((row) => (
          <tr key={row.epoch}>
            <th scope="row">
              <a href={href({ view: "epoch", epoch: row.epoch })}>{en.epoch.title(format.number(row.epoch))}</a>
              <span class="period">{format.period(row.starts, row.ends - 1)}</span>
            </th>
            <td>{row.stage && <span class={`stage ${row.stage}`}>{en.contributor.stages[row.stage]}</span>}</td>
            <td class="figure people">{row.entries === null ? "" : format.number(row.entries)}</td>
            <td class="figure paid">{row.total === null ? "–" : <Amount value={row.total} />}</td>
            <td class="figure verify">{row.total !== null && <a href={href({ view: "verify", epoch: row.epoch })} aria-label={words.verifyOf(format.number(row.epoch))}>{words.verify}</a>}</td>
          </tr>
        ))}
      </Table></div>
      {shown.length < rows.length && <p><Button onClick={() => setAll(true)}>{words.more(format.number(rows.length))}</Button></p>}
    </>
  );
}
