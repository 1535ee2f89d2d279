//! What one contributor earned, epoch by epoch, as bars; and the same as a table.

import type { EpochStatus } from "../api/types";
import { useToken } from "../app";
import * as format from "../format";
import { en } from "../text/en";
import { Amount, Table } from "../ui/basics";

const words = en.contributor;

export interface Earned {
  epoch: number;
  /** Base units. */
  amount: bigint;
  status: EpochStatus["status"] | null;
}

/** Heights are whole thousandths of the largest amount: a drawing, so nothing is computed from them. */
export function EarningsChart({ earned }: { earned: readonly Earned[] }) {
  const token = useToken();
  const first = earned[0]?.epoch ?? 1;
  const last = earned.at(-1)?.epoch ?? first;
  const most = earned.reduce((max, one) => (one.amount > max.amount ? one : max), earned[0]!);
  if (earned.length === 0 || most.amount === 0n || !token) return null;
  const amounts = new Map(earned.map((one) => [one.epoch, one.amount]));
  const slots = last - first + 1;
  const every = Math.ceil(slots / 12);
  const shown = (amount: bigint) => `${format.amount(amount, token.decimals)} ${token.symbol}`;
  const text = words.chartText(words.span(format.number(first), format.number(last)), shown(most.amount), format.number(most.epoch));
  return (
    <figure class="chart">
      <figcaption>
        <span>{words.chart}</span> <span class="muted small">{words.most(shown(most.amount))}</span>
      </figcaption>
      <div class="bars" role="img" aria-label={text}>
        {Array.from({ length: slots }, (_, index) => {
          const epoch = first + index;
          const amount = amounts.get(epoch) ?? 0n;
          const height = `${Number((amount * 1000n) / most.amount) / 10}%`;
          return (
            <span class="column" key={epoch} title={`${words.epoch(format.number(epoch))}: ${shown(amount)}`}>
              <span class="room"><span class={amount > 0n ? "bar" : "bar none"} style={{ height }} /></span>
              <span class="tick">{index % every === 0 ? format.number(epoch) : ""}</span>
            </span>
          );
        })}
      </div>
      <details class="small">
        <summary>{words.asTable}</summary>
        <Table caption={words.chart} hidden head={<tr><th scope="col">{words.columns.epoch}</th><th scope="col" class="figure">{words.columns.earned}</th><th scope="col">{words.columns.batch}</th></tr>}>
          {earned.map((one) => (
            <tr key={one.epoch}>
              <th scope="row">{format.number(one.epoch)}</th>
              <td class="figure"><Amount value={one.amount} /></td>
              <td>{one.status ? words.stages[one.status] : ""}</td>
            </tr>
          ))}
        </Table>
      </details>
    </figure>
  );
}
