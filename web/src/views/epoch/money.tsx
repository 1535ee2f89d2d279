//! What each slice earned, and how evenly: an oracle's figures, which verification computes again.

import type { Fairness } from "../../api/types";
import { useApp } from "../../app";
import { ShareBar } from "../../charts/share";
import * as format from "../../format";
import { en } from "../../text/en";
import { Amount, Facts, Table } from "../../ui/basics";
import "../../charts/charts.css";

const words = en.epoch;

export function Slices({ fairness }: { fairness: Fairness }) {
  const { config } = useApp();
  const slices = fairness.slices.filter((slice) => slice.units > 0n);
  const head = (
    <tr>
      <th scope="col">{words.slice}</th>
      <th scope="col" class="figure">{words.earned}</th>
      <th scope="col" class="figure">{words.share}</th>
    </tr>
  );
  return (
    <section class="narrow" aria-labelledby="slices-title">
      <h2 id="slices-title">{words.slices}</h2>
      <p class="muted">{words.slicesText}</p>
      <Table caption={words.slicesTable} hidden head={head}>
        {slices.map(({ slice, units, share }) => (
          <tr key={slice}>
            <th scope="row">{en.contributor.slices[slice] ?? slice}</th>
            <td class="figure"><Amount value={units * config.unit} /></td>
            <td class="figure share"><ShareBar milli={share} /> <span class="share-figure">{format.percent(share)}</span></td>
          </tr>
        ))}
      </Table>
    </section>
  );
}

export function FairnessFacts({ fairness }: { fairness: Fairness }) {
  const { concentration: all } = fairness;
  return (
    <section aria-labelledby="fairness-title">
      <h2 id="fairness-title">{words.fairness}</h2>
      <Facts
        rows={[
          [words.people, format.number(all.people)],
          [words.newcomers, format.number(fairness.newcomers)],
          [words.newcomerShare, format.percent(fairness.newcomer_share)],
          [words.gini, format.thousandths(all.gini)],
          [words.topTen, format.percent(all.top_ten)],
          [words.nakamoto, format.number(all.nakamoto)],
          fairness.first_payment !== null && [words.firstPayment, format.duration(fairness.first_payment)],
        ]}
      />
    </section>
  );
}
