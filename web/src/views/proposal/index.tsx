//! One proposal, in words.

import type { Route } from "../../router";
import { en } from "../../text/en";
import { Title } from "../../ui/shell";
import type { ViewProps } from "..";

export default function ProposalView(_: ViewProps<Extract<Route, { view: "proposal" }>>) {
  return <Title name={en.proposal.title}>{en.proposal.title}</Title>;
}
