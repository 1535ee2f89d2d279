//! All epochs, and fairness over time.

import type { Route } from "../../router";
import { en } from "../../text/en";
import { Title } from "../../ui/shell";
import type { ViewProps } from "..";

export default function EpochsView(_: ViewProps<Extract<Route, { view: "epochs" }>>) {
  return <Title name={en.epochs.title}>{en.epochs.title}</Title>;
}
