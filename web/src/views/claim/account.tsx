//! One account: what it can claim, where that comes from, what is on its way; and the claim itself.

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { getBalance } from "viem/actions";
import { useApp, useLoad, useSend } from "../../app";
import { distributorAbi } from "../../chain/abi";
import { entriesByServer, entriesOf, unclaimedEpochs, type Entry } from "../../chain/entries";
import { account as readAccount, chainTime, noteAccount, type ChainAccount } from "../../chain/reads";
import * as format from "../../format";
import { href } from "../../router";
import { en } from "../../text/en";
import { Address, Amount, Button, ErrorBox, Facts, Loading, Notice } from "../../ui/basics";
import { Progress } from "../../ui/transaction";
import { ConnectButton } from "../../ui/wallet";
import { Accrued } from "./accrued";
import { DelegatePrompt } from "./delegate";

const words = en.claim;

interface Props {
  id: bigint;
  login: string | null;
  /** On the claim page the account has a heading of its own, and a way to its reasons. */
  heading: boolean;
  /** What the account is known to hold already, so that it need not be read twice. */
  known?: ChainAccount;
  /** Called after a claim here. */
  changed?: () => void;
}

export function AccountPanel({ id, login, heading, known, changed }: Props) {
  const { api, chain, config, connection } = useApp();
  const loaded = useLoad(() => readAccount(chain, config, id), [chain, config, id]);
  const entries = useLoad(
    async () => {
      const [list, now] = await Promise.all([entriesOf(chain, config, id).catch(() => entriesByServer(api, id)), chainTime(chain)]);
      return { list, now };
    },
    [api, chain, config, id],
  );
  const account = loaded.value ?? known ?? null;
  const owner = account?.wallet;
  useEffect(() => {
    if (owner && owner === connection?.account) noteAccount(config, owner, id);
  }, [config, owner, connection, id]);
  const reload = () => {
    loaded.reload();
    entries.reload();
    changed?.();
  };
  const name = login ?? words.account(String(id));
  const body = (content: ComponentChildren) => (
    <section class="account" aria-label={name}>
      {heading ? (
        <h2>
          <a href={href({ view: "contributor", who: login ?? String(id) })}>{name}</a>
        </h2>
      ) : (
        <h2 class="unseen">{words.holds}</h2>
      )}
      {content}
    </section>
  );
  if (!account) return body(loaded.state === "error" ? <ErrorBox fault={loaded.fault} retry={reload} /> : <Loading text={words.reading} />);
  if (!account.wallet) return body(<div class="ruled"><Accrued id={id} login={login} /></div>);
  return body(
    <>
      {loaded.state === "error" && <ErrorBox fault={loaded.fault} retry={reload} />}
      <Claim account={account} name={name} entries={entries.value?.list ?? null} reload={reload} who={login ?? String(id)} heading={heading} />
      {entries.state === "error" && !entries.value && <p class="muted small">{words.noEntries}</p>}
      {entries.value && <OnTheWay entries={entries.value.list} now={entries.value.now} unit={config.unit} />}
    </>,
  );
}

function from(entries: readonly Entry[] | null, account: ChainAccount, unit: bigint): string | null {
  const epochs = entries && unclaimedEpochs(entries, account.claimed / unit, account.earned / unit);
  if (!epochs || epochs.length === 0) return null;
  return words.from(words.epochs(format.runs(epochs).map(([first, last]) => [format.number(first), format.number(last)])));
}

function Claim({ account, name, entries, reload, who, heading }: { account: ChainAccount; name: string; entries: readonly Entry[] | null; reload: () => void; who: string; heading: boolean }) {
  const { config, connection, ready } = useApp();
  const { sending, busy, send } = useSend();
  /** What had been claimed before this visit's claim: the difference is what was paid. */
  const [before, setBefore] = useState<bigint | null>(null);
  const wallet = account.wallet!;
  const mine = connection?.account.toLowerCase() === wallet.toLowerCase();
  const source = from(entries, account, config.unit);
  const claim = async () => {
    setBefore(account.claimed);
    await send({ to: config.contracts.distributor, abi: distributorAbi, functionName: "claim", args: [account.id] });
    reload(); // whether it worked or not: somebody else may have claimed meanwhile
  };
  const paid = sending.phase === "mined" && before !== null ? account.claimed - before : 0n;
  return (
    <>
      <div class="account-grid">
        <div>
          {paid > 0n ? (
            <Figure value={paid} text={words.paid} />
          ) : account.claimable > 0n ? (
            <Figure value={account.claimable} text={source ? `${words.now}, ${source}` : words.now} />
          ) : (
            <div class="statement">
              <p class="figure-none">{words.nothing}</p>
              <p class="muted">{account.earned > 0n ? words.nothingLeft : words.nothingYet}</p>
            </div>
          )}
          {account.relinking && <Relinking id={account.id} who={who} />}
          {account.claimable > 0n && !connection && (
            <div class="act">
              <ConnectButton />
              <p class="muted small">{words.watchOnly}</p>
            </div>
          )}
          {account.claimable > 0n && ready && (
            <div class="act">
              <Button kind="primary" class="large" busy={busy} onClick={claim}>{mine ? words.button : words.buttonFor(name)}</Button>
              {!mine && <p class="muted small">{words.forOther}</p>}
              <FeeWarning />
            </div>
          )}
          <Progress sending={sending} done={words.done} />
        </div>
        <Facts
          rows={[
            [
              words.paidTo,
              <>
                <Address value={wallet} />
                {connection && <span class="muted small whose">{mine ? words.yours : words.notYours}</span>}
              </>,
            ],
            [words.earned, <Amount value={account.earned} />],
            [words.claimed, <Amount value={account.claimed} />],
            heading && [words.reasons, <a href={href({ view: "contributor", who })}>{words.why}</a>],
          ]}
        />
      </div>
      {sending.phase === "mined" && mine && <DelegatePrompt />}
    </>
  );
}

/** A link to another wallet waits: which one, and from when it can hold. */
function Relinking({ id, who }: { id: bigint; who: string }) {
  const { chain, config } = useApp();
  const loaded = useLoad(async () => {
    const { readClock, readPending } = await import("../../link/standing");
    const clock = await readClock(chain, config.contracts);
    return { now: Number(clock.now), pending: await readPending(chain, config.contracts, id, clock) };
  }, [chain, config, id]);
  const pending = loaded.value?.pending;
  const ready = Number(pending?.readyTime ?? 0n);
  return (
    <Notice tone="warn" title={words.relinking}>
      {pending && (
        <p>
          {words.relinkingTo} <Address value={pending.wallet} />
          {!pending.isOver && <span>, {ready > loaded.value!.now ? words.relinkingFrom(format.time(ready), format.relative(ready, loaded.value!.now)) : words.relinkingDue}</span>}
        </p>
      )}
      <p>{words.relinkingText} <a href={href({ view: "link", login: who })}>{words.relinkingAction}</a></p>
    </Notice>
  );
}

function Figure({ value, text }: { value: bigint; text: string }) {
  return (
    <div class="statement">
      <p class="figure-large"><Amount value={value} /></p>
      <p class="muted">{text}</p>
    </div>
  );
}

/** Said before the wallet is opened; some wallets can pay fees otherwise, so it stops nobody. */
function FeeWarning() {
  const { chain, config, connection } = useApp();
  const [none, setNone] = useState(false);
  const address = connection?.account;
  useEffect(() => {
    let stale = false;
    if (address) getBalance(chain, { address }).then((balance) => stale || setNone(balance === 0n), () => {});
    return () => {
      stale = true;
    };
  }, [chain, address]);
  return none ? <p class="caution small" role="status">{words.noFee(config.chain.currency.symbol)}</p> : null;
}

function OnTheWay({ entries, now, unit }: { entries: readonly Entry[]; now: number; unit: bigint }) {
  const state = (one: Entry): string => {
    switch (one.state) {
      case "publishing":
        return words.states.publishing;
      case "challenged":
        return words.states.challenged(one.deadline === null ? null : format.time(one.deadline));
      case "skipped":
        return words.states.skipped;
      case "dropped":
        return words.states.dropped;
      default:
        return one.windowEnd !== null && one.windowEnd > now ? words.states.waiting(format.time(one.windowEnd), format.relative(one.windowEnd, now)) : words.states.due;
    }
  };
  const lost = entries.filter((one) => one.state === "skipped" || one.state === "dropped");
  const open = entries.filter((one) => one.state !== "credited" && !lost.includes(one));
  const list = (title: string, some: readonly Entry[]) =>
    some.length > 0 && (
      <>
        <h3>{title}</h3>
        <ul class="lines">
          {some.map((one) => (
            <li key={`${one.epoch}/${one.round}`} class={one.state === "challenged" ? "challenged" : undefined}>
              <span class="line-head">
                <a href={href({ view: "epoch", epoch: one.epoch })}>{words.entryOf(format.number(one.epoch))}</a>
                <Amount value={one.units * unit} />
              </span>
              <span class="muted small">{state(one)}</span>
            </li>
          ))}
        </ul>
      </>
    );
  return (
    <>
      {list(words.onTheWay, open)}
      {list(words.notCredited, lost)}
    </>
  );
}
