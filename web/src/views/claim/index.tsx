//! What the connected wallet can claim.

import type { Route } from "../../router";
import { en } from "../../text/en";
import { Title } from "../../ui/shell";
import type { ViewProps } from "..";

export default function ClaimView(_: ViewProps<Extract<Route, { view: "claim" }>>) {
  return <Title name={en.claim.title}>{en.claim.title}</Title>;
}
