//! What the connected wallet can claim. Without a wallet: how to begin, and a look at anybody.

import { useEffect, useState } from "preact/hooks";
import { useApp, useLoad, useSend } from "../../app";
import { distributorAbi } from "../../chain/abi";
import { accountsOf, type ChainAccount } from "../../chain/reads";
import { href } from "../../router";
import { en } from "../../text/en";
import { Amount, Button, Empty, ErrorBox, Loading, Notice } from "../../ui/basics";
import { Title } from "../../ui/shell";
import { Progress } from "../../ui/transaction";
import { ChainSwitch, ConnectButton } from "../../ui/wallet";
import { AccountPanel } from "./account";
import { Lookup } from "./lookup";

const words = en.claim;

export default function ClaimView() {
  const { config, connection } = useApp();
  return (
    <>
      <Title name={words.title}>{words.title}</Title>
      <p class="lead">{words.lead(config.organization)}</p>
      <ChainSwitch />
      {connection ? (
        <Mine />
      ) : (
        <div class="act">
          <p>{words.start}</p>
          <ConnectButton />
        </div>
      )}
      <section class="lookup" aria-labelledby="lookup-title">
        <h2 id="lookup-title">{words.lookup}</h2>
        <p class="muted">{words.lookupText}</p>
        <Lookup />
      </section>
    </>
  );
}

/** The accounts of the connected wallet. */
function Mine() {
  const { chain, config, connection } = useApp();
  const wallet = connection!.account;
  const loaded = useLoad(() => accountsOf(chain, config, wallet), [chain, config, wallet]);
  const logins = useLogins(loaded.value ?? []);
  if (loaded.state === "error" && !loaded.value) {
    const fault = loaded.fault.kind === "unreachable" ? loaded.fault : { ...loaded.fault, text: words.findingFailed, hint: words.findingFailedHint };
    return <ErrorBox fault={fault} retry={loaded.reload} />;
  }
  if (!loaded.value) return <Loading text={words.finding} />;
  if (loaded.value.length === 0) {
    return (
      <Empty title={words.notLinked}>
        <p>{words.notLinkedText}</p>
        <p><a class="button primary" href={href({ view: "link" })}>{words.linkNow}</a></p>
      </Empty>
    );
  }
  const open = loaded.value.filter((one) => one.claimable > 0n);
  return (
    <>
      {open.length > 1 && <ClaimAll accounts={open} reload={loaded.reload} />}
      {loaded.value.map((one) => (
        <AccountPanel key={`${one.id}`} id={one.id} login={logins.get(one.id) ?? null} known={one} heading />
      ))}
    </>
  );
}

/** One transaction for several accounts of one wallet. */
function ClaimAll({ accounts, reload }: { accounts: ChainAccount[]; reload: () => void }) {
  const { config, ready } = useApp();
  const { sending, busy, send } = useSend();
  if (!ready) return null;
  const claim = async () => {
    await send({ to: config.contracts.distributor, abi: distributorAbi, functionName: "claimMany", args: [accounts.map((one) => one.id)] });
    reload();
  };
  return (
    <Notice title={<Amount value={accounts.reduce((sum, one) => sum + one.claimable, 0n)} />}>
      <p><Button kind="primary" busy={busy} onClick={claim}>{words.buttonAll}</Button></p>
      <Progress sending={sending} done={words.done} />
    </Notice>
  );
}

/** What the accounts are called now, as far as a server tells. */
function useLogins(accounts: readonly ChainAccount[]): Map<bigint, string> {
  const { api } = useApp();
  const [logins, setLogins] = useState(new Map<bigint, string>());
  const key = accounts.map((one) => one.id).join();
  useEffect(() => {
    let stale = false;
    for (const { id } of accounts) {
      api.contributor(String(id)).then(
        ({ login }) => {
          if (login && !stale) setLogins((last) => new Map(last).set(id, login));
        },
        () => {}, // the number stands for it
      );
    }
    return () => {
      stale = true;
    };
  }, [api, key]);
  return logins;
}
