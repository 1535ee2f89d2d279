//! What an account without a wallet has earned, and until when that waits.

import { useApp, useLoad } from "../../app";
import { chainTime } from "../../chain/reads";
import * as format from "../../format";
import { waiting } from "../../link/accrued";
import { href } from "../../router";
import { en } from "../../text/en";
import { Amount, ErrorBox, Loading, Notice, Table, Time } from "../../ui/basics";

const words = en.accrued;

export function Accrued({ id, login, action = true }: { id: bigint; login: string | null; action?: boolean }) {
  const { api, chain, config } = useApp();
  const loaded = useLoad(
    async () => {
      const [status, explanations, now] = await Promise.all([
        api.contributor(String(id)).catch((error: unknown) => {
          if (error instanceof Error && "status" in error && error.status === 404) return null;
          throw error;
        }),
        api.explain(String(id)).catch(() => []),
        chainTime(chain).catch(() => null),
      ]);
      return { accrued: status?.accrued ?? 0n, parts: waiting(explanations, config), now };
    },
    [api, chain, config, id],
  );
  const link = action && <p class="act"><a class="button primary" href={href(login ? { view: "link", login } : { view: "link" })}>{words.link}</a></p>;
  if (loaded.state === "loading" && !loaded.value) return <Loading />;
  if (loaded.state === "error") {
    return (
      <>
        <p class="figure-none">{words.none}</p>
        {loaded.fault.kind === "server" ? <Notice tone="warn" title={words.unknown} /> : <ErrorBox fault={loaded.fault} retry={loaded.reload} />}
        {link}
      </>
    );
  }
  const { accrued, parts, now } = loaded.value!;
  if (accrued === 0n) {
    return (
      <>
        <p class="figure-none">{words.none}</p>
        <p class="muted">{words.noneText}</p>
        {link}
      </>
    );
  }
  const first = parts[0];
  // The parts are worth showing only if they are all of it.
  const complete = parts.reduce((sum, one) => sum + one.units, 0n) * config.unit === accrued;
  return (
    <>
      <div class="statement">
        <p class="figure-large"><Amount value={accrued} /></p>
        <p class="muted">{words.text}</p>
      </div>
      {complete && first?.until != null && now !== null && (
        <p class="caution">{(parts.length === 1 ? words.lapsesAll : words.lapsesFirst)(format.date(first.until), format.relative(first.until, now))}</p>
      )}
      {complete && parts.length > 1 && (
        <Table
          caption={words.table}
          hidden
          head={<tr><th scope="col">{words.epoch}</th><th scope="col" class="figure">{words.amount}</th>{first?.until != null && <th scope="col">{words.until}</th>}</tr>}
        >
          {parts.map((one) => (
            <tr key={one.epoch}>
              <th scope="row">{format.number(one.epoch)}</th>
              <td class="figure"><Amount value={one.units * config.unit} /></td>
              {one.until !== null && <td><Time seconds={one.until} day /></td>}
            </tr>
          ))}
        </Table>
      )}
      {link}
    </>
  );
}
