//! One contributor: what the account holds, and why, epoch by epoch.

import { useApp, useLoad } from "../../app";
import { NoServer, Refused } from "../../api/client";
import { EarningsChart } from "../../charts/earnings";
import type { Route } from "../../router";
import { en } from "../../text/en";
import { Empty, ErrorBox, Loading, Notice, Outside, Button } from "../../ui/basics";
import { Title } from "../../ui/shell";
import { ChainSwitch } from "../../ui/wallet";
import { AccountPanel } from "../claim/account";
import { Lookup } from "../claim/lookup";
import type { ViewProps } from "..";
import { EpochReasons } from "./epoch";

const words = en.contributor;

export default function ContributorView({ route: { who } }: ViewProps<Extract<Route, { view: "contributor" }>>) {
  const { api, connection, ready } = useApp();
  const loaded = useLoad(
    async () => {
      try {
        return await api.account(who);
      } catch (error) {
        return error instanceof Refused && error.status === 404 ? ("unknown" as const) : ("unresolved" as const);
      }
    },
    [api, who],
  );
  const account = loaded.value;
  if (account === "unknown" || account === "unresolved") {
    const unknown = account === "unknown";
    return (
      <>
        <Title name={who}>{who}</Title>
        <Notice tone={unknown ? "info" : "warn"} title={unknown ? words.unknown(who) : words.unresolved(who)} live>
          <p>{unknown ? words.unknownText : words.unresolvedText}</p>
          {!unknown && <p><Button onClick={loaded.reload}>{en.shell.retry}</Button></p>}
        </Notice>
        <Lookup />
      </>
    );
  }
  const name = account?.login ?? who;
  return (
    <>
      <Title name={name}>{name}</Title>
      {account ? (
        <>
          <p class="muted">
            {words.number(String(account.id))}
            {account.login && <> · <Outside href={`https://github.com/${account.login}`}>{words.profile}</Outside></>}
          </p>
          {connection && !ready && <ChainSwitch />}
          <AccountPanel id={account.id} login={account.login} heading={false} />
          <Why id={account.id} />
        </>
      ) : (
        <Loading />
      )}
    </>
  );
}

function Why({ id }: { id: bigint }) {
  const { api, config } = useApp();
  const loaded = useLoad(async () => {
    try {
      const [explanations, epochs] = await Promise.all([api.explain(String(id)), api.epochs().catch(() => [])]);
      return { explanations, epochs: new Map(epochs.map((one) => [one.epoch, one])) };
    } catch (error) {
      if (error instanceof Refused && error.status === 404) return { explanations: [], epochs: new Map() };
      if (error instanceof NoServer) return null;
      throw error;
    }
  }, [api, id]);
  return (
    <section aria-labelledby="why-title">
      <h2 id="why-title">{words.why}</h2>
      {loaded.state === "loading" && !loaded.value && <Loading />}
      {loaded.state === "error" && <ErrorBox fault={loaded.fault} retry={loaded.reload} />}
      {loaded.state === "ready" && loaded.value === null && (
        <Notice tone="warn" title={words.noServer} live>
          <p>{en.faults.server.text} {en.faults.server.hint}</p>
          <p><Button onClick={loaded.reload}>{en.shell.retry}</Button></p>
        </Notice>
      )}
      {loaded.value && loaded.value.explanations.length === 0 && (
        <Empty title={words.nothing}>
          <p>{words.nothingText}</p>
        </Empty>
      )}
      {loaded.value && loaded.value.explanations.length > 0 && (
        <>
          <p class="muted">{words.whyText}</p>
          {loaded.value.explanations.length > 1 && (
            <EarningsChart
              earned={loaded.value.explanations.map(({ epoch, result }) => ({ epoch, amount: (result?.earned ?? 0n) * config.unit, status: loaded.value!.epochs.get(epoch)?.status ?? null }))}
            />
          )}
          {[...loaded.value.explanations]
            .sort((a, b) => b.epoch - a.epoch)
            .map((one, index) => (
              <EpochReasons key={one.epoch} explanation={one} status={loaded.value!.epochs.get(one.epoch) ?? null} open={index === 0} />
            ))}
        </>
      )}
    </section>
  );
}
