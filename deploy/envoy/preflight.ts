import { randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { validateConfig } from "#envoy";
import { DeployError } from "./errors.ts";
import { wasmFilter } from "./extension.ts";
import type { DeployPlan, DeployRequest } from "./plan.ts";

export interface PreflightOptions {
  /** The Envoy program. */
  readonly envoyPath: string;
  /** Absolute. */
  readonly bootstrapPath: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Tries a deploy with the Envoy program, apart from the Envoy that runs: loads the module, gives it its configuration, and
 * reads the changed bootstrap. What is refused here has changed nothing.
 *
 * @throws {DeployError} ENVOY_REJECTED with what Envoy and the filter said
 */
export async function preflight(plan: DeployPlan, request: DeployRequest, options: PreflightOptions): Promise<void> {
  await tryFilter(request, options);
  const bootstrap = plan.changes.find(({ path }) => path === options.bootstrapPath)?.after;
  if (bootstrap) await tryBootstrap(bootstrap, options);
}

async function tryFilter(request: DeployRequest, options: PreflightOptions): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "wasm-hub-preflight-"));
  try {
    const path = join(folder, "filter.wasm");
    await writeFile(path, request.module);
    const configPath = join(folder, "bootstrap.json");
    await writeFile(
      configPath,
      JSON.stringify(bootstrapFor(wasmFilter({ ...request, source: { kind: "file", path } }))),
    );
    await demandValid(configPath, "the filter", options);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Beside the real one, for what it names by relative paths. */
async function tryBootstrap(bytes: Buffer, options: PreflightOptions): Promise<void> {
  const path = join(dirname(options.bootstrapPath), `.wasm-hub-preflight-${randomUUID()}.yaml`);
  try {
    await writeFile(path, bytes);
    await demandValid(path, "the changed bootstrap", options);
  } finally {
    await rm(path, { force: true });
  }
}

async function demandValid(configPath: string, what: string, { envoyPath, signal }: PreflightOptions): Promise<void> {
  const validation = await validateConfig({ path: envoyPath, configPath, signal });
  if (validation.ok) return;
  throw new DeployError("ENVOY_REJECTED", `Envoy refuses ${what}; nothing was changed. It says:\n${validation.words}`, {
    hint: "mend the filter or its configuration; wasm inspect shows what it takes",
    detail: { envoy: validation.words },
  });
}

/** The smallest configuration that holds an HTTP filter. */
function bootstrapFor(filter: unknown): unknown {
  const type = (name: string): string => `type.googleapis.com/envoy.extensions.filters.${name}`;
  const manager = {
    "@type": type("network.http_connection_manager.v3.HttpConnectionManager"),
    stat_prefix: "preflight",
    route_config: { virtual_hosts: [] },
    http_filters: [
      { name: "filter", typed_config: filter },
      { name: "router", typed_config: { "@type": type("http.router.v3.Router") } },
    ],
  };
  const listener = {
    name: "preflight",
    address: { socket_address: { address: "127.0.0.1", port_value: 0 } },
    filter_chains: [{ filters: [{ name: "envoy.filters.network.http_connection_manager", typed_config: manager }] }],
  };
  return { node: { id: "preflight", cluster: "preflight" }, static_resources: { listeners: [listener] } };
}
