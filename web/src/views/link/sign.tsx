//! Step 1: the wallet that is to be paid signs, and the old one too where it can.

import { useState } from "preact/hooks";
import { useApp } from "../../app";
import { fault, type Fault } from "../../chain/errors";
import * as format from "../../format";
import type { Draft } from "../../link/draft";
import { linkDigest, linkTypedData, type Link } from "../../link/message";
import { walletCheck } from "../../link/standing";
import { en } from "../../text/en";
import { Address, Button, ErrorBox, Notice } from "../../ui/basics";
import { ChainSwitch, ConnectButton } from "../../ui/wallet";
import { signTyped } from "../../wallet/session";
import type { StepProps } from "./steps";

const words = en.link.steps.sign;

/** For how long the signed text can be used. */
const VALID = 7n * 86_400n;

const same = (a: string | null | undefined, b: string | null | undefined) => !!a && !!b && a.toLowerCase() === b.toLowerCase();

interface Props extends StepProps {
  draft: Draft | null;
  signed: (draft: Draft) => void;
  /** The text was signed and published elsewhere. */
  skipped: boolean;
  skip: (skipped: boolean) => void;
}

export function Sign({ standing, rules, draft, signed, skipped, skip }: Props) {
  const { chain, config, connection, ready } = useApp();
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState<Fault | null>(null);
  const place = { chainId: config.chain.id, distributor: config.contracts.distributor };

  const sign = async (link: Link, take: (proof: `0x${string}`) => Draft) => {
    if (!connection) return;
    setBusy(true);
    setWrong(null);
    try {
      const signature = await signTyped(connection, linkTypedData(link, place));
      const checked = await walletCheck(chain)(connection.account, linkDigest(link, place), signature);
      if (checked === null) setWrong({ kind: "unknown", text: words.wrongSigner, hint: "" });
      else signed(take(checked));
    } catch (error) {
      setWrong(fault(error));
    } finally {
      setBusy(false);
    }
  };
  const first = () => {
    if (!connection) return;
    const link = { id: standing.id, wallet: connection.account, nonce: standing.nonce, validUntil: rules.now + VALID };
    return sign(link, (walletProof) => ({ link, walletProof, oldWalletProof: null, gist: "" }));
  };
  const isLinked = same(connection?.account, standing.wallet);

  if (!draft && skipped) {
    return <p>{words.skipped} <Button kind="plain" onClick={() => skip(false)}>{words.here}</Button></p>;
  }
  return (
    <>
      {draft ? (
        <p><Address value={draft.link.wallet} /> <span class="muted">{words.signed(format.time(Number(draft.link.validUntil)))}</span></p>
      ) : (
        <p>{words.text}</p>
      )}
      {!connection && !draft && (
        <>
          <p>{words.connect}</p>
          <p><ConnectButton /></p>
        </>
      )}
      {!draft && <ChainSwitch />}
      {connection && ready && !draft && isLinked && <Notice title={words.same} />}
      {connection && ready && !isLinked && (
        <p class="buttons">
          <Button kind={draft ? "plain" : "primary"} busy={busy} onClick={first}>
            {busy ? words.waiting : draft ? words.again : words.button(format.short(connection.account))}
          </Button>
        </p>
      )}
      {draft && standing.wallet && (
        <div class="aside">
          <h4>{words.oldTitle}</h4>
          {draft.oldWalletProof ? (
            <p>{words.oldSigned}</p>
          ) : (
            <>
              <p>{words.oldText}</p>
              {isLinked && ready ? (
                <Button busy={busy} onClick={() => sign(draft.link, (oldWalletProof) => ({ ...draft, oldWalletProof }))}>{busy ? words.waiting : words.oldButton}</Button>
              ) : (
                <p class="muted">{words.oldSwitch(format.short(standing.wallet))}</p>
              )}
            </>
          )}
        </div>
      )}
      {!draft && <p><Button kind="plain" onClick={() => skip(true)}>{words.skip}</Button></p>}
      {wrong && <ErrorBox fault={wrong} />}
    </>
  );
}
