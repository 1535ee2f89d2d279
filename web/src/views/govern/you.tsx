//! What the connected wallet can say: its votes, whom it delegates to, its earned votes, what it is owed.

import { useState } from "preact/hooks";
import { getAddress, isAddress, type Address as AddressText } from "viem";
import { useApp, useLoad } from "../../app";
import { accountsOf } from "../../chain/reads";
import { delegate, sync, withdraw, withdrawReward } from "../../govern/calls";
import { exact, share } from "../../govern/figures";
import { readVoter, type Voter } from "../../govern/voter";
import { en } from "../../text/en";
import { Address, Amount, Button, ErrorBox, Facts, Field, Loading } from "../../ui/basics";
import { ConnectButton } from "../../ui/wallet";
import { Act } from "./act";

const words = en.govern.you;

function Delegate({ voter, changed }: { voter: Voter; changed: () => void }) {
  const { connection } = useApp();
  const [open, setOpen] = useState(false);
  const [whom, setWhom] = useState("");
  const [wrong, setWrong] = useState(false);
  if (!connection) return null;
  const target = isAddress(whom.trim()) ? getAddress(whom.trim()) : null;
  const silent = voter.delegate === null && voter.balance > 0n;
  const other = silent || (voter.delegate !== null && voter.delegate.toLowerCase() !== connection.account.toLowerCase());
  return (
    <>
      {silent && (
        <section class="prompt" aria-labelledby="silent-title">
          <h3 id="silent-title">{words.promptTitle}</h3>
          <p>{words.promptText(`${exact(voter.balance, voter.money.decimals)} ${voter.money.symbol}`)}</p>
          <Act call={delegate(voter.token, connection.account)} text={words.toSelf} done={words.delegated} changed={changed} />
        </section>
      )}
      {other && !silent && <Act call={delegate(voter.token, connection.account)} text={words.toSelf} done={words.delegated} kind="secondary" changed={changed} />}
      {voter.balance > 0n && !open && <p><Button kind="plain" onClick={() => setOpen(true)}>{words.another}</Button></p>}
      {open && (
        <>
          <Field label={words.whom} hint={words.whomHint} error={wrong && !target ? words.invalid : null}>
            {({ id, describedBy }) => (
              <input id={id} class="mono" aria-describedby={describedBy} aria-invalid={wrong && !target} value={whom} onInput={(event) => setWhom(event.currentTarget.value)} autocomplete="off" spellcheck={false} />
            )}
          </Field>
          <Act call={target && delegate(voter.token, target)} text={words.delegateButton} done={words.delegated} kind="secondary" changed={changed} missing={() => setWrong(true)} />
        </>
      )}
    </>
  );
}

/** Earned votes of the ids that are paid to this wallet; copied ones count, so a button copies them. */
function Earned({ account, changed }: { account: AddressText; changed: () => void }) {
  const { chain, config } = useApp();
  const ids = useLoad(() => accountsOf(chain, config, account), [chain, account]);
  const mine = ids.value ?? [];
  const earned = mine.reduce((sum, one) => sum + one.earned, 0n);
  if (earned === 0n) return null;
  return (
    <details class="more">
      <summary>{words.sync}</summary>
      <p class="muted">{words.syncText}</p>
      <Act call={sync(config, mine.map(({ id }) => id))} text={words.sync} done={words.synced} kind="secondary" changed={changed} />
    </details>
  );
}

function Owed({ voter, account, changed }: { voter: Voter; account: AddressText; changed: () => void }) {
  const { config } = useApp();
  if (voter.owed === 0n && voter.reward === 0n) return null;
  const { currency } = config.chain;
  return (
    <>
      <h3>{words.owed}</h3>
      {voter.owed > 0n && (
        <>
          <p>{exact(voter.owed, currency.decimals)} {currency.symbol}</p>
          <Act call={withdraw(config, account)} text={words.withdraw} done={words.withdrawn} kind="secondary" changed={changed} />
        </>
      )}
      {voter.reward > 0n && (
        <>
          <p><Amount value={voter.reward} /></p>
          <Act call={withdrawReward(config, account)} text={words.withdraw} done={words.withdrawn} kind="secondary" changed={changed} />
        </>
      )}
    </>
  );
}

function Mine({ account }: { account: AddressText }) {
  const { chain, config } = useApp();
  const loaded = useLoad(() => readVoter(chain, config, account), [chain, account]);
  const voter = loaded.value;
  if (!voter) return loaded.state === "error" ? <ErrorBox fault={loaded.fault} retry={loaded.reload} /> : <Loading />;
  const { money } = voter;
  const shown = (value: bigint) => `${exact(value, money.decimals)} ${money.symbol}`;
  const nothing = voter.balance === 0n && voter.votes === 0n && voter.earned === 0n;
  return (
    <>
      {nothing && <p class="muted">{words.nothing}</p>}
      {!nothing && (
        <Facts
          rows={[
            [words.votes, shown(voter.votes)],
            [words.balance, shown(voter.balance)],
            voter.balance > 0n && [words.delegate, voter.delegate === null ? words.silent : voter.delegate.toLowerCase() === account.toLowerCase() ? words.yourself : <Address value={voter.delegate} />],
            [words.earned, voter.earned === 0n ? words.earnedNone : words.earnedShare(share(voter.earned, voter.earnedSupply))],
          ]}
        />
      )}
      <Delegate voter={voter} changed={loaded.reload} />
      <Earned account={account} changed={loaded.reload} />
      <Owed voter={voter} account={account} changed={loaded.reload} />
    </>
  );
}

export function You() {
  const { connection } = useApp();
  return (
    <section>
      <h2>{words.title}</h2>
      {connection ? (
        <Mine key={connection.account} account={connection.account} />
      ) : (
        <>
          <p>{words.connect}</p>
          <p><ConnectButton kind="secondary" /></p>
        </>
      )}
    </section>
  );
}
