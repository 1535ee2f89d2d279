//! After a claim: tokens vote only when they are delegated.

import { useState } from "preact/hooks";
import { zeroAddress } from "viem";
import { readContract } from "viem/actions";
import { useApp, useLoad, useSend } from "../../app";
import { tokenAbi } from "../../chain/abi";
import { href } from "../../router";
import { en } from "../../text/en";
import { Button } from "../../ui/basics";
import { Progress } from "../../ui/transaction";

const words = en.delegate;

/** Nothing, unless the connected wallet has never delegated. */
export function DelegatePrompt() {
  const { chain, config, connection } = useApp();
  const { sending, busy, send } = useSend();
  const [later, setLater] = useState(false);
  const address = config.contracts.token;
  const account = connection?.account;
  const loaded = useLoad(
    async () => account !== undefined && (await readContract(chain, { address, abi: tokenAbi, functionName: "delegates", args: [account] })) === zeroAddress,
    [chain, address, account],
  );
  // A payout token without votes has no such function: then there is nothing to ask.
  if (!loaded.value || later || !account) return null;
  const delegate = () => send({ to: address, abi: tokenAbi, functionName: "delegate", args: [account] });
  return (
    <section class="prompt" aria-labelledby="delegate-title">
      <h3 id="delegate-title">{words.title}</h3>
      <p>{words.text}</p>
      {sending.phase !== "mined" && (
        <p class="buttons">
          <Button kind="primary" busy={busy} onClick={delegate}>{words.self}</Button>
          <a href={href({ view: "govern" })}>{words.other}</a>
          <Button kind="plain" onClick={() => setLater(true)}>{words.later}</Button>
        </p>
      )}
      <Progress sending={sending} done={words.done} />
    </section>
  );
}
