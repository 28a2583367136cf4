import { digestOf } from "#oci";
import { requiredCapabilities, checkModule } from "#module";
import type { DeployRequest } from "#deploy/envoy";
import { compileFilter } from "../sdk/compile-filter.ts";

/**
 * A filter that marks every answer with `x-filter: <mark>:<configuration>`, refuses the configuration "refuse me", and traps
 * on a request that has `x-trap`.
 */
export async function compileMarker(mark: string): Promise<Uint8Array> {
  const { wasm, diagnostics } = await compileFilter(`marker-${mark}`, source(mark));
  if (wasm.byteLength === 0) throw new Error(diagnostics);
  return wasm;
}

/** What `wasm deploy envoy` makes of an image with this module. */
export function requestFor(module: Uint8Array, changes: Partial<DeployRequest> = {}): DeployRequest {
  const digest = digestOf(module);
  return {
    deployment: "marker",
    reference: `hub.example/test/marker@${digest}`,
    digest,
    module,
    rootId: "marker",
    configuration: undefined,
    capabilities: requiredCapabilities(checkModule(module)),
    failOpen: false,
    listeners: [],
    remoteUrl: undefined,
    ...changes,
  };
}

const source = (mark: string): string => `
import { Action, HttpContext, RootContext, log, registerFilter } from "@wasm-hub/sdk";

class Root extends RootContext {
  onConfigure(): bool {
    if (this.configuration != "refuse me") return true;
    log.error("${mark} will not have this");
    return false;
  }
  createHttpContext(): HttpContext {
    return new Marker(this);
  }
}

class Marker extends HttpContext {
  constructor(private root: Root) {
    super();
  }
  onRequestHeaders(endOfStream: bool): Action {
    if (this.requestHeaders.get("x-trap") !== null) unreachable();
    return Action.Continue;
  }
  onResponseHeaders(endOfStream: bool): Action {
    const before = this.responseHeaders.get("x-filter");
    const mark = "${mark}:" + this.root.configuration;
    this.responseHeaders.set("x-filter", before === null ? mark : before + " " + mark);
    return Action.Continue;
  }
}

registerFilter("marker", () => new Root());
`;
