//! Links a GitHub account to a wallet.

import type { Route } from "../../router";
import { en } from "../../text/en";
import { Title } from "../../ui/shell";
import type { ViewProps } from "..";

export default function LinkView(_: ViewProps<Extract<Route, { view: "link" }>>) {
  return <Title name={en.link.title}>{en.link.title}</Title>;
}
