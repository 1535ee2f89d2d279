//! Recomputes an epoch's batch in this browser.

import type { Route } from "../../router";
import { en } from "../../text/en";
import { Title } from "../../ui/shell";
import type { ViewProps } from "..";
import * as format from "../../format";
export default function VerifyView({ route }: ViewProps<Extract<Route, { view: "verify" }>>) {
  return <Title name={en.verify.title(format.number(route.epoch))}>{en.verify.title(format.number(route.epoch))}</Title>;
}
