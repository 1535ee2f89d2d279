//! What the connected wallet can claim. Without a wallet: how to begin, and a look at anybody.

import { useEffect, useState } from "preact/hooks";
import { useApp, useLoad, useSend } from "../../app";
import { distributorAbi } from "../../chain/abi";
import { accountsOf, type ChainAccount } from "../../chain/reads";
import { href } from "../../router";
import { en } from "../../text/en";
import { Amount, Button, Empty, ErrorBox, Loading } from "../../ui/basics";
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
  /** After a claim of all, every account is read anew. */
  const [turn, setTurn] = useState(0);
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
  return (
    <>
      <ClaimAll
        accounts={loaded.value}
        done={() => {
          setTurn((last) => last + 1);
          loaded.reload();
        }}
      />
      {loaded.value.map((one) => (
        <AccountPanel key={`${one.id} ${turn}`} id={one.id} login={logins.get(one.id) ?? null} known={one} changed={loaded.reload} heading />
      ))}
    </>
  );
}

/** One transaction for several accounts of one wallet. */
function ClaimAll({ accounts, done }: { accounts: ChainAccount[]; done: () => void }) {
  const { config, ready } = useApp();
  const { sending, busy, send } = useSend();
  const open = accounts.filter((one) => one.claimable > 0n);
  if (!ready || (open.length < 2 && sending.phase === "idle")) return null;
  const claim = async () => {
    await send({ to: config.contracts.distributor, abi: distributorAbi, functionName: "claimMany", args: [open.map((one) => one.id)] });
    done();
  };
  return (
    <section class="account" aria-label={words.together}>
      {open.length > 1 && (
        <div class="statement">
          <p class="figure-none"><Amount value={open.reduce((sum, one) => sum + one.claimable, 0n)} /> {words.together}</p>
          <p class="act"><Button kind="primary" busy={busy} onClick={claim}>{words.buttonAll}</Button></p>
        </div>
      )}
      <Progress sending={sending} done={words.done} />
    </section>
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
