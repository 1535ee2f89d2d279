//! How evenly the epochs paid, figure by figure.

import type { Fairness } from "../../api/types";
import { LineChart } from "../../charts/line";
import * as format from "../../format";
import { en } from "../../text/en";
import { Table } from "../../ui/basics";
import type { Row } from "./data";
import "../../charts/charts.css";

const words = en.epochs;

interface Figure {
  key: keyof typeof words.figures;
  of: (fairness: Fairness) => number;
  /** Where its scale ends at least. */
  top: number;
  write: (value: number) => string;
}

const FIGURES: Figure[] = [
  { key: "gini", of: (one) => one.concentration.gini, top: 1000, write: format.thousandths },
  { key: "topTen", of: (one) => one.concentration.top_ten, top: 1000, write: format.percent },
  { key: "nakamoto", of: (one) => one.concentration.nakamoto, top: 5, write: format.number },
  { key: "newcomers", of: (one) => one.newcomer_share, top: 1000, write: format.percent },
];

/** Epochs in which nobody earned anything have no figures. */
const told = (fairness: Fairness | null): Fairness | null => (fairness && fairness.concentration.people > 0 ? fairness : null);

export function FairnessOverTime({ rows }: { rows: readonly Row[] }) {
  const ascending = [...rows].reverse().map((row) => ({ epoch: row.epoch, fairness: told(row.fairness) }));
  if (!ascending.some((row) => row.fairness)) return null;
  const head = (
    <tr>
      <th scope="col">{words.columns.epoch}</th>
      {FIGURES.map(({ key }) => <th scope="col" class="figure" key={key}>{words.figures[key].title}</th>)}
    </tr>
  );
  return (
    <section aria-labelledby="fairness-title">
      <h2 id="fairness-title">{words.fairness}</h2>
      <p class="muted">{words.fairnessText}</p>
      <div class="line-charts">
        {FIGURES.map(({ key, of, top, write }) => (
          <LineChart key={key} title={words.figures[key].title} text={words.figures[key].text} top={top} write={write} points={ascending.map(({ epoch, fairness }) => ({ epoch, value: fairness && of(fairness) }))} />
        ))}
      </div>
      <details class="small">
        <summary>{words.asTable}</summary>
        <Table caption={words.fairnessTable} hidden head={head}>
          {ascending.map(({ epoch, fairness }) => (
            <tr key={epoch}>
              <th scope="row">{format.number(epoch)}</th>
              {FIGURES.map(({ key, of, write }) => <td class="figure" key={key}>{fairness ? write(of(fairness)) : "–"}</td>)}
            </tr>
          ))}
        </Table>
      </details>
    </section>
  );
}
