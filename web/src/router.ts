//! Routes by the fragment of the address, so that any static host serves every view.
//!
//! Takes: `location.hash`. Gives: a `Route`, and the fragments that lead to one. Never: history of its own.

export type Route =
  | { view: "claim" }
  | { view: "contributor"; who: string }
  | { view: "link"; login?: string }
  | { view: "epochs" }
  | { view: "epoch"; epoch: number }
  | { view: "verify"; epoch: number }
  | { view: "govern" }
  | { view: "challenge"; epoch: number }
  | { view: "proposal"; id: string }
  | { view: "missing" };

export type View = Route["view"];

/** A GitHub login or numeric id, as both may stand in an address. */
export const WHO = /^[A-Za-z0-9][A-Za-z0-9-]{0,38}$|^[0-9]{1,20}$/;

export function parse(hash: string): Route {
  let parts: string[];
  try {
    parts = hash.replace(/^#?\/?/, "").split("/").filter(Boolean).map(decodeURIComponent);
  } catch {
    return { view: "missing" };
  }
  const [name, argument, more] = parts;
  if (more !== undefined) return { view: "missing" };
  if (name === undefined) return { view: "claim" };
  if (name === "c" && argument && WHO.test(argument)) return { view: "contributor", who: argument };
  if (name === "link" && argument === undefined) return { view: "link" };
  if (name === "link" && argument && WHO.test(argument)) return { view: "link", login: argument };
  if (name === "epochs" && argument === undefined) return { view: "epochs" };
  if ((name === "epoch" || name === "verify" || name === "challenge") && argument && /^[1-9][0-9]{0,8}$/.test(argument)) return { view: name, epoch: Number(argument) };
  if (name === "govern" && argument === undefined) return { view: "govern" };
  if (name === "proposal" && argument && /^[0-9]{1,78}$/.test(argument)) return { view: "proposal", id: argument };
  return { view: "missing" };
}

export function href(route: Route): string {
  switch (route.view) {
    case "contributor":
      return `#/c/${encodeURIComponent(route.who)}`;
    case "link":
      return route.login ? `#/link/${encodeURIComponent(route.login)}` : "#/link";
    case "epoch":
    case "verify":
    case "challenge":
      return `#/${route.view}/${route.epoch}`;
    case "proposal":
      return `#/proposal/${route.id}`;
    case "epochs":
    case "govern":
      return `#/${route.view}`;
    default:
      return "#/";
  }
}

export function go(route: Route): void {
  location.hash = href(route);
}

/** Calls back at once and at every change; gives what ends it. */
export function listen(changed: (route: Route) => void): () => void {
  const read = () => changed(parse(location.hash));
  addEventListener("hashchange", read);
  read();
  return () => removeEventListener("hashchange", read);
}
