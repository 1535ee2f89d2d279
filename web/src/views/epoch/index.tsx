//! One epoch: batch, slices, signers, hashes.

import type { Route } from "../../router";
import { en } from "../../text/en";
import { Title } from "../../ui/shell";
import type { ViewProps } from "..";
import * as format from "../../format";
export default function EpochView({ route }: ViewProps<Extract<Route, { view: "epoch" }>>) {
  return <Title name={en.epoch.title(format.number(route.epoch))}>{en.epoch.title(format.number(route.epoch))}</Title>;
}
