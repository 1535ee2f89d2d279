//! One epoch: what was granted, where its batch stands, who signed it, and how evenly it paid.

import { useApp, useLoad, useToken } from "../../app";
import * as format from "../../format";
import { href, type Route } from "../../router";
import { en } from "../../text/en";
import { Amount, Button, Empty, ErrorBox, Loading, Notice } from "../../ui/basics";
import { Title } from "../../ui/shell";
import type { ViewProps } from "..";
import { BatchFacts } from "./batch";
import { contradictions, loadEpoch, loadLogins, type EpochData } from "./data";
import { Entries } from "./entries";
import { FairnessFacts, Slices } from "./money";
import { epochAt, periodOf } from "./period";
import { isOpen, StatusLine } from "./status";
import "./epoch.css";

const words = en.epoch;

export default function EpochView({ route: { epoch } }: ViewProps<Extract<Route, { view: "epoch" }>>) {
  const app = useApp();
  const loaded = useLoad(() => loadEpoch(app, epoch), [app.api, app.chain, epoch]);
  const logins = useLoad(() => loadLogins(app, epoch), [app.api, epoch]);
  const { starts, ends } = periodOf(app.config, epoch);
  const name = words.title(format.number(epoch));
  const data = loaded.value;
  return (
    <>
      <nav class="trail" aria-label={en.epochs.title}>
        <a href={href({ view: "epochs" })}>{en.epochs.title}</a>
        {epoch > 1 && <a href={href({ view: "epoch", epoch: epoch - 1 })}>← {words.previous(format.number(epoch - 1))}</a>}
        {data?.now && epoch < epochAt(app.config, data.now) && <a href={href({ view: "epoch", epoch: epoch + 1 })}>{words.previous(format.number(epoch + 1))} →</a>}
      </nav>
      <Title name={name}>{name}</Title>
      <p class="muted">{words.period(format.time(starts), format.time(ends))}</p>
      {loaded.state === "error" && !data && <ErrorBox fault={loaded.fault} retry={loaded.reload} />}
      {!data && loaded.state === "loading" && <Loading lines={6} />}
      {data && <Body data={data} epoch={epoch} logins={logins.value ?? new Map()} reload={loaded.reload} />}
    </>
  );
}

function Body({ data, epoch, logins, reload }: { data: EpochData; epoch: number; logins: ReadonlyMap<bigint, string>; reload: () => void }) {
  const { config } = useApp();
  const { chain, server, now } = data;
  const batch = chain?.batch ?? null;
  const { starts, ends } = periodOf(config, epoch);
  if (!batch && now !== null && now < ends) {
    const future = now < starts;
    const at = future ? starts : ends;
    return (
      <Empty title={future ? words.future : words.running}>
        <p>{(future ? words.futureText : words.runningText)(format.time(at), format.relative(at, now))}</p>
      </Empty>
    );
  }
  return (
    <>
      {!chain && <Notice tone="warn"><p>{en.epochs.noChain}</p><p><Button onClick={reload}>{en.shell.retry}</Button></p></Notice>}
      {data.noServer && <Notice tone="warn"><p>{words.noServer}</p><p><Button onClick={reload}>{en.shell.retry}</Button></p></Notice>}
      <Contradictions data={data} />
      {batch ? (
        <>
          <p class="total"><Amount value={batch.header.total * config.unit} /></p>
          <StatusLine batch={batch} now={chain!.now} />
        </>
      ) : (
        <Empty title={server?.status === "empty" ? words.empty : words.waiting}>
          <p>{server?.status === "empty" ? words.emptyText : words.waitingText}</p>
        </Empty>
      )}
      {(batch || server) && (
        <p class="buttons">
          <a class="button primary" href={href({ view: "verify", epoch })}>{words.verify}</a>
          {batch && chain && isOpen(batch, chain.now) && <a class="button secondary" href={href({ view: "challenge", epoch })}>{words.challenge}</a>}
        </p>
      )}
      <BatchFacts chain={chain} server={server} />
      {server?.fairness && server.fairness.concentration.people > 0 ? (
        <>
          <Slices fairness={server.fairness} />
          <FairnessFacts fairness={server.fairness} />
        </>
      ) : (
        batch && data.noServer && <p class="muted">{words.noSlices}</p>
      )}
      {batch && <Entries batch={batch} logins={logins} />}
    </>
  );
}

function Contradictions({ data }: { data: EpochData }) {
  const { config } = useApp();
  const token = useToken();
  const found = contradictions(data, config.unit);
  if (found.length === 0) return null;
  const shown = (about: string, value: string | bigint | number) =>
    about === "total" && token ? `${format.amount(BigInt(value), token.decimals)} ${token.symbol}` : typeof value === "string" ? format.shortHash(value) : format.number(value);
  return (
    <Notice tone="bad" title={words.differs} live>
      <p>{words.differsText}</p>
      <ul>
        {found.map(({ about, server, chain }) => (
          <li key={about}>{words.differences[about](shown(about, server), shown(about, chain))}</li>
        ))}
      </ul>
    </Notice>
  );
}
