//! Why a contributor got what they got.

import type { Route } from "../../router";
import { en } from "../../text/en";
import { Title } from "../../ui/shell";
import type { ViewProps } from "..";

export default function ContributorView({ route }: ViewProps<Extract<Route, { view: "contributor" }>>) {
  return <Title name={en.contributor.title(route.who)}>{en.contributor.title(route.who)}</Title>;
}
