//! One thing that somebody can do: a button, the wallet that it takes, and how far it has come.

import type { ComponentChildren } from "preact";
import { useApp, useSend, type Call } from "../../app";
import { Button } from "../../ui/basics";
import { Progress } from "../../ui/transaction";
import { ChainSwitch, ConnectButton } from "../../ui/wallet";

interface Props {
  /** Null while something is still to be chosen. */
  call: Call | null;
  text: string;
  done: string;
  kind?: "primary" | "secondary" | "danger";
  /** Called once it is done, with the words for that: what is drawn anew may take this piece away. */
  changed?: (done: string) => void;
  /** Called instead when there is nothing to send yet. */
  missing?: () => void;
  children?: ComponentChildren;
}

/** Without a wallet it offers to connect one; on the wrong chain, to switch. */
export function Act({ call, text, done, kind = "primary", changed, missing, children }: Props) {
  const { connection, ready } = useApp();
  const { sending, busy, send } = useSend();
  const go = async () => {
    if (call === null) missing?.();
    else if (await send(call)) changed?.(done);
  };
  return (
    <div class="act">
      <ChainSwitch />
      <p class="buttons">
        {!connection && <ConnectButton kind={kind === "primary" ? "primary" : "secondary"} />}
        {connection && ready && <Button kind={kind} busy={busy} onClick={go}>{text}</Button>}
        {children}
      </p>
      <Progress sending={sending} done={done} />
    </div>
  );
}
