//! A re-link that waits: until when, and what can be done about it by whom.

import { useState } from "preact/hooks";
import { useApp, useSend, type Call } from "../../app";
import * as format from "../../format";
import { linksAbi } from "../../link/abi";
import type { LinkRules, PendingLink, Standing } from "../../link/standing";
import { en } from "../../text/en";
import { Address, Button, Facts, Notice } from "../../ui/basics";
import { Progress } from "../../ui/transaction";
import { ChainSwitch, ConnectButton } from "../../ui/wallet";

const words = en.link.pending;

/** What can be done now: ended when it is over, made to hold when it is ready, cancelled by the old wallet. */
function useActs(standing: Standing, pending: PendingLink) {
  const { config, connection } = useApp();
  const call = (functionName: string): Call => ({ to: config.contracts.links, abi: linksAbi, functionName, args: [pending.id] });
  const isOld = standing.wallet !== null && connection?.account.toLowerCase() === standing.wallet.toLowerCase();
  const judged = pending.status === "contested" || pending.status === "approved";
  return {
    isOld,
    canCancel: isOld && !judged && !pending.adopted,
    acts: [
      pending.isOver && { call: call("drop"), text: words.drop, done: words.dropped, kind: "secondary" as const },
      !pending.isOver && pending.isReady && (pending.status === "pending" || pending.status === "approved") && { call: call("activate"), text: words.activate, done: words.activated, kind: "primary" as const },
      !pending.isOver && isOld && !judged && !pending.adopted && { call: call("cancel"), text: words.cancel, done: words.cancelled, kind: "danger" as const },
    ].filter((act) => act !== false),
  };
}

export function Pending({ standing, pending, rules, changed }: { standing: Standing; pending: PendingLink; rules: LinkRules; changed: (done: string) => void }) {
  const { connection, ready } = useApp();
  const { sending, busy, send } = useSend();
  const [done, setDone] = useState("");
  const { acts, isOld, canCancel } = useActs(standing, pending);
  const waits = !pending.isOver && !pending.isReady && pending.status !== "contested" && pending.status !== "frozen";
  return (
    <section>
      <h2>{words.title}</h2>
      <Notice tone="warn" title={pending.isOver ? words.over : words.status[pending.status]}>
        {!pending.isOver && pending.isReady && pending.status !== "contested" && pending.status !== "frozen" && <p>{words.ready}</p>}
        {isOld && !pending.isOver && <p>{words.stolen}</p>}
      </Notice>
      <Facts
        rows={[
          [words.to, <Address value={pending.wallet} />],
          waits && [words.from, `${format.time(Number(pending.readyTime))} (${format.relative(Number(pending.readyTime), Number(rules.now))})`],
        ]}
      />
      {canCancel && <p class="muted">{words.cancelText}</p>}
      {!isOld && standing.wallet && !pending.isOver && !pending.adopted && <p class="muted">{words.onlyOld(format.short(standing.wallet))}</p>}
      {acts.length > 0 && (
        <>
          <ChainSwitch />
          {!connection && <ConnectButton />}
          {connection && ready && (
            <p class="buttons">
              {acts.map((act) => (
                <Button
                  key={act.text}
                  kind={act.kind}
                  busy={busy}
                  onClick={async () => {
                    setDone(act.done);
                    if (await send(act.call)) changed(act.done);
                  }}
                >
                  {act.text}
                </Button>
              ))}
            </p>
          )}
        </>
      )}
      {!connection && acts.length === 0 && !pending.isOver && !pending.adopted && <ConnectButton kind="secondary" />}
      <Progress sending={sending} done={done} />
    </section>
  );
}
