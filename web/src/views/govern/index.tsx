//! Votes and proposals.

import type { Route } from "../../router";
import { en } from "../../text/en";
import { Title } from "../../ui/shell";
import type { ViewProps } from "..";

export default function GovernView(_: ViewProps<Extract<Route, { view: "govern" }>>) {
  return <Title name={en.govern.title}>{en.govern.title}</Title>;
}
