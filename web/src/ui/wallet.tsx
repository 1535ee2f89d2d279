//! Connecting a wallet, and bringing it to the right chain.

import { useState } from "preact/hooks";
import { useApp } from "../app";
import { fault, type Fault } from "../chain/errors";
import * as format from "../format";
import { en } from "../text/en";
import type { WalletInfo } from "../wallet/provider";
import { connect, disconnect, session, useChain } from "../wallet/session";
import { Address, Button, Dialog, ErrorBox, Notice, Outside } from "./basics";

const words = en.wallet;

function Icon({ wallet }: { wallet: WalletInfo }) {
  if (wallet.icon) return <img src={wallet.icon} alt="" width="28" height="28" />;
  return <span class="wallet-initial" aria-hidden="true">{(wallet.name || words.injected).slice(0, 1)}</span>;
}

function Choice({ done }: { done: () => void }) {
  const { wallets, connecting } = session.use();
  const [wrong, setWrong] = useState<Fault | null>(null);
  const choose = async (wallet: WalletInfo) => {
    setWrong(null);
    try {
      await connect(wallet);
      done();
    } catch (error) {
      setWrong(fault(error));
    }
  };
  if (wallets.length === 0) {
    return (
      <>
        <p><strong>{words.none}.</strong> {words.noneText}</p>
        <p><Outside href="https://metamask.io/download/" class="button secondary">{words.install}</Outside></p>
      </>
    );
  }
  return (
    <>
      <p class="muted">{words.chooseText}</p>
      <ul class="wallets">
        {wallets.map((wallet) => (
          <li key={wallet.uuid}>
            <button type="button" onClick={() => choose(wallet)} aria-disabled={connecting !== null || undefined}>
              <Icon wallet={wallet} />
              <span>{wallet.name || words.injected}</span>
              {connecting?.uuid === wallet.uuid && <span class="muted" role="status">{words.connecting(wallet.name || words.injected)}</span>}
            </button>
          </li>
        ))}
      </ul>
      {wrong && <ErrorBox fault={wrong} />}
    </>
  );
}

/** The button that opens the choice of wallets. */
export function ConnectButton({ kind = "primary" }: { kind?: "primary" | "secondary" }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button kind={kind} onClick={() => setOpen(true)}>{words.connect}</Button>
      <Dialog open={open} title={words.choose} onClose={() => setOpen(false)}>
        <Choice done={() => setOpen(false)} />
      </Dialog>
    </>
  );
}

/** For the page's head: connect, or who is connected. */
export function WalletMenu() {
  const { connection } = useApp();
  const [open, setOpen] = useState(false);
  if (!connection) return <ConnectButton kind="secondary" />;
  const name = connection.wallet.name || words.injected;
  return (
    <>
      <Button class="wallet-menu" onClick={() => setOpen(true)}>
        <span class="unseen">{words.menu} </span>
        <Icon wallet={connection.wallet} />
        <code>{format.short(connection.account)}</code>
      </Button>
      <Dialog open={open} title={words.connected(name)} onClose={() => setOpen(false)}>
        <p><Address value={connection.account} whole /></p>
        <p>
          <Button
            onClick={() => {
              disconnect();
              setOpen(false);
            }}
          >
            {words.disconnect}
          </Button>
        </p>
      </Dialog>
    </>
  );
}

/** Nothing when the wallet is on the right chain; else one button that brings it there. */
export function ChainSwitch() {
  const { config, connection, ready } = useApp();
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState<Fault | null>(null);
  if (!connection || ready) return null;
  const change = async () => {
    setBusy(true);
    setWrong(null);
    try {
      await useChain(connection, config.chain);
    } catch (error) {
      setWrong(fault(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Notice tone="warn" title={words.wrongChain(config.chain.name)} live>
      <p><Button kind="primary" busy={busy} onClick={change}>{busy ? words.switching : words.switch(config.chain.name)}</Button></p>
      {wrong && <ErrorBox fault={wrong} />}
    </Notice>
  );
}
