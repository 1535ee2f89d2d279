//! Where each view's code is. All but the claim page are loaded when they are first shown.

import type { ComponentType } from "preact";
import type { Route, View } from "../router";

export interface ViewProps<R extends Route = Route> {
  route: R;
}

type Load = () => Promise<{ default: ComponentType<ViewProps> }>;

/** A view knows which route it is for; the outlet gives it no other. */
function lazy<R extends Route>(load: () => Promise<{ default: ComponentType<ViewProps<R>> }>): Load {
  return load as unknown as Load;
}

export const views: Record<Exclude<View, "missing">, Load> = {
  claim: lazy(() => import("./claim")),
  contributor: lazy(() => import("./contributor")),
  link: lazy(() => import("./link")),
  epochs: lazy(() => import("./epochs")),
  epoch: lazy(() => import("./epoch")),
  verify: lazy(() => import("./verify")),
  govern: lazy(() => import("./govern")),
  challenge: lazy(() => import("./govern/challenge")),
  proposal: lazy(() => import("./proposal")),
};
