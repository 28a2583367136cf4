import { Context } from "./context";
import { HttpContext } from "./http-context";
import { log } from "./log";
import { RootContext } from "./root-context";
import { TcpContext } from "./tcp-context";

/**
 * Says which filter answers to a root id, at the top level of the filter's file. A module can register several.
 *
 * ```ts
 * class MyRoot extends RootContext {}
 * registerFilter("my-filter", () => new MyRoot());
 * ```
 */
export function registerFilter(rootId: string, create: () => RootContext): void {
  latest = new Registration(rootId, create, null, latest);
}

/**
 * {@link registerFilter} for a filter that needs no root context of its own.
 *
 * ```ts
 * class MyFilter extends HttpContext {
 *   constructor(private configuration: string) {
 *     super();
 *   }
 * }
 * registerHttpFilter("my-filter", (root) => new MyFilter(root.configuration));
 * ```
 */
export function registerHttpFilter(rootId: string, create: (root: RootContext) => HttpContext): void {
  latest = new Registration(rootId, null, create, latest);
}

/**
 * {@link registerFilter} for a filter of TCP connections that needs no root context of its own.
 *
 * ```ts
 * class Refuse extends TcpContext {
 *   onNewConnection(): Action {
 *     this.closeDownstream();
 *     return Action.Pause;
 *   }
 * }
 * registerTcpFilter("refuse", () => new Refuse());
 * ```
 */
export function registerTcpFilter(rootId: string, create: (root: RootContext) => TcpContext): void {
  latest = new Registration(rootId, null, create, latest);
}

class Registration {
  constructor(
    readonly rootId: string,
    readonly createRoot: (() => RootContext) | null,
    readonly createStream: ((root: RootContext) => Context) | null,
    readonly earlier: Registration | null,
  ) {}
}

let latest: Registration | null = null;

/**
 * The root context for a root id. A host that was given none gets the filter, when the module has only one. `null`, with
 * a line in the log, for an unknown one: a filter that does nothing, silently, is worse than one that does not start.
 */
export function createRootContext(rootId: string): RootContext | null {
  let registration = latest;
  let known = "";
  while (registration !== null) {
    const isOnly = latest === registration && registration.earlier === null;
    if (registration.rootId == rootId || (isOnly && rootId.length == 0)) {
      const createRoot = registration.createRoot;
      const root = createRoot !== null ? createRoot() : new RootContext();
      root.createStream = registration.createStream;
      return root;
    }
    known = " " + registration.rootId + known;
    registration = registration.earlier;
  }
  log.critical('no filter is registered for root id "' + rootId + '"; this module has:' + known);
  return null;
}
