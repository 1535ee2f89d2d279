//! Step 4: the attested link goes to the chain, sent by whoever likes to pay the fee.

import { useApp, useSend, type Call } from "../../app";
import { linksAbi } from "../../link/abi";
import type { Standing } from "../../link/standing";
import { en } from "../../text/en";
import { Address, Button, Facts } from "../../ui/basics";
import { Progress } from "../../ui/transaction";
import { ChainSwitch, ConnectButton } from "../../ui/wallet";
import type { Quorum } from "./steps";

const words = en.link.steps.send;

function linkCall(to: Call["to"], { proof, attestation }: Quorum): Call {
  const { link, walletProof, oldWalletProof } = proof;
  return oldWalletProof === null
    ? { to, abi: linksAbi, functionName: "link", args: [link.id, link.wallet, link.nonce, link.validUntil, walletProof, attestation] }
    : { to, abi: linksAbi, functionName: "relinkSigned", args: [link, walletProof, oldWalletProof, attestation] };
}

export function Send({ standing, quorum, sent }: { standing: Standing; quorum: Quorum; sent: () => void }) {
  const { config, connection, ready } = useApp();
  const { sending, busy, send } = useSend();
  const waits = standing.wallet !== null && quorum.proof.oldWalletProof === null;
  const go = async () => {
    if (await send(linkCall(config.contracts.links, quorum))) sent();
  };
  return (
    <>
      <Facts rows={[[en.link.steps.oracles.to, <Address value={quorum.proof.link.wallet} />]]} />
      <p>{words.text}</p>
      {!connection && (
        <>
          <p>{words.connect}</p>
          <p><ConnectButton /></p>
        </>
      )}
      <ChainSwitch />
      {connection && ready && <p><Button kind="primary" busy={busy} onClick={go}>{waits ? words.relink : words.button}</Button></p>}
      <Progress sending={sending} done={words.done} retry={go} />
    </>
  );
}
