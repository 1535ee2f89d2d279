//! Each thing that was compared, and every entry that differs.

import { useState } from "preact/hooks";
import { useApp, useLoad, useToken } from "../../app";
import * as format from "../../format";
import { en } from "../../text/en";
import { Address, Amount, Button, Hash, Table, Time } from "../../ui/basics";
import type { Check, Comparison, Difference } from "../../verify/compare";
import { Who } from "../epoch/entries";

const words = en.verify;
const FIRST = 50;

function Value({ name, value, unit }: { name: Check["name"]; value: string; unit: bigint }) {
  switch (name) {
    case "evidence":
    case "policy":
    case "entriesHash":
      return <Hash value={value} />;
    case "distributor":
      return <Address value={value as `0x${string}`} />;
    case "total":
    case "budget":
    case "cap":
      return <Amount value={BigInt(value) * unit} fraction={6} />;
    case "period": {
      const [starts, ends] = value.split(", ").map(Number);
      return <><Time seconds={starts!} /> – <Time seconds={ends!} /></>;
    }
    case "entries":
    case "links":
      return <>{words.count[name](BigInt(value) === 1n ? 1 : 2, format.number(BigInt(value)))}</>;
    case "unit":
      return <>{format.number(BigInt(value))}</>;
    default:
      return <>{value}</>;
  }
}

export function Checks({ comparison, unit, linksRead }: { comparison: Comparison; unit: bigint; linksRead: boolean }) {
  const { columns } = words;
  const head = (
    <tr>
      <th scope="col">{columns.what}</th>
      <th scope="col">{columns.equal}</th>
      <th scope="col">{columns.value}</th>
    </tr>
  );
  return (
    <section class="checks" aria-labelledby="checks-title">
      <h2 id="checks-title">{words.checks}</h2>
      <Table caption={words.checksTable} hidden head={head}>
        {comparison.checks.map((check) => {
          const value = (value: string) => <Value name={check.name} value={value} unit={unit} />;
          return (
            <tr key={check.name} class={check.passed ? undefined : "differs"}>
              <th scope="row">{words.names[check.name]}</th>
              <td class="verdict">{check.passed ? words.equal : words.differs}</td>
              <td>
                {check.passed ? (
                  value(check.here)
                ) : (
                  <dl>
                    <dt>{columns.here}</dt>
                    <dd>{value(check.here)}</dd>
                    <dt>{columns.chain}</dt>
                    <dd>{value(check.chain)}</dd>
                  </dl>
                )}
              </td>
            </tr>
          );
        })}
      </Table>
      {!linksRead && <p class="muted">{words.linksFailed}</p>}
    </section>
  );
}

export function Differences({ differences, unit }: { differences: readonly Difference[]; unit: bigint }) {
  const { api } = useApp();
  const token = useToken();
  const [all, setAll] = useState(false);
  const shown = all ? differences : differences.slice(0, FIRST);
  const ids = shown.slice(0, FIRST).map(({ id }) => String(id));
  const logins = useLoad(async () => {
    const found = await Promise.all(ids.map((id) => api.contributor(id).then(({ login }) => [id, login] as const, () => [id, null] as const)));
    return new Map(found);
  }, [api, ids.join()]);
  if (differences.length === 0) return null;
  const { difference } = words;
  const amount = (units: bigint | null) => (units === null ? <span class="muted">{difference.none}</span> : <Amount value={units * unit} fraction={6} symbol={false} />);
  const symbol = token?.symbol ?? "";
  const head = (
    <tr>
      <th scope="col">{difference.contributor}</th>
      <th scope="col" class="figure">{difference.here(symbol)}</th>
      <th scope="col" class="figure">{difference.chain(symbol)}</th>
    </tr>
  );
  return (
    <section class="narrow" aria-labelledby="differences-title">
      <h2 id="differences-title">{words.differences}</h2>
      <Table caption={words.differencesTable} hidden head={head}>
        {shown.map(({ id, here, chain }) => (
          <tr key={`${id}`} class="differs">
            <th scope="row"><Who id={id} login={logins.value?.get(String(id)) ?? null} /></th>
            <td class="figure">{amount(here)}</td>
            <td class="figure">{amount(chain)}</td>
          </tr>
        ))}
      </Table>
      {shown.length < differences.length && <p><Button onClick={() => setAll(true)}>{words.moreDifferences(format.number(differences.length))}</Button></p>}
    </section>
  );
}
