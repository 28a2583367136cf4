import { HttpContext } from "./http-context";
import { log } from "./log";
import { RootContext } from "./root-context";

/**
 * Says which filter answers to a root id, at the top level of the filter's file. A module can register several.
 *
 * ```ts
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
 * registerHttpFilter("my-filter", (root) => new MyFilter(root.configuration));
 * ```
 */
export function registerHttpFilter(rootId: string, create: (root: RootContext) => HttpContext): void {
  latest = new Registration(rootId, null, create, latest);
}

class Registration {
  constructor(
    readonly rootId: string,
    readonly createRoot: (() => RootContext) | null,
    readonly createStream: ((root: RootContext) => HttpContext) | null,
    readonly earlier: Registration | null,
  ) {}
}

let latest: Registration | null = null;

/** A host that was given no root id gets the filter, when the module has only one. */
export function createRootContext(rootId: string): RootContext {
  let registration = latest;
  const isOnly = registration !== null && registration.earlier === null;
  if (rootId.length == 0 && isOnly) return createRegistered(registration!);
  while (registration !== null) {
    if (registration.rootId == rootId) return createRegistered(registration);
    registration = registration.earlier;
  }
  return new UnknownRoot(rootId);
}

function createRegistered(registration: Registration): RootContext {
  const createRoot = registration.createRoot;
  return createRoot !== null ? createRoot() : new HttpFilterRoot(registration.createStream!);
}

class HttpFilterRoot extends RootContext {
  constructor(private readonly create: (root: RootContext) => HttpContext) {
    super();
  }

  override createHttpContext(): HttpContext | null {
    return this.create(this);
  }
}

/** Refuses every configuration: a filter that does nothing, silently, is worse than one that does not start. */
class UnknownRoot extends RootContext {
  constructor(private readonly rootId: string) {
    super();
  }

  override onConfigure(): bool {
    let known = "";
    let registration = latest;
    while (registration !== null) {
      known = " " + registration.rootId + known;
      registration = registration.earlier;
    }
    log.critical('no filter is registered for root id "' + this.rootId + '"; this module has:' + known);
    return false;
  }
}
