import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { validateConfig } from "#envoy";
import { readEnvoyYaml } from "#envoy/schema";
import { DeployError } from "./errors.ts";
import { extensionText, passThroughFilter, wasmFilter } from "./extension.ts";
import type { DeployPlan } from "./plan.ts";

export interface PreflightOptions {
  /** The Envoy program. */
  readonly envoyPath: string;
  /** Absolute. */
  readonly bootstrapPath: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Tries a deploy with the Envoy program, apart from the Envoy that runs: loads the module, gives it its configuration, and
 * reads the changed files. What is refused here has changed nothing.
 *
 * @throws {DeployError} ENVOY_REJECTED with what Envoy and the filter said
 */
export async function preflight(plan: DeployPlan, options: PreflightOptions): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "wasm-hub-preflight-"));
  try {
    await tryFilter(plan, folder, options);
    if (plan.changes.some(({ role }) => isConfig(role))) await tryConfigs(plan, folder, options);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A filter that may fail open would be let through whatever is wrong with it: here it may not. */
async function tryFilter({ settings, module }: DeployPlan, folder: string, options: PreflightOptions): Promise<void> {
  const file = join(folder, "filter.wasm");
  await writeFile(file, module);
  const filter = wasmFilter({ ...settings, code: { file }, failOpen: false });
  const words = await refusal(bootstrapFor(filter), join(folder, "filter.json"), options);
  if (words === undefined) return;
  throw new DeployError("ENVOY_REJECTED", `Envoy refuses the filter; nothing was changed. It says:\n${words}`, {
    hint: "mend the filter or its configuration; wasm inspect shows what it takes",
    detail: { words },
  });
}

/** A configuration that Envoy would not have taken before is not ours to judge: it may need what is not here. */
async function tryConfigs(plan: DeployPlan, folder: string, options: PreflightOptions): Promise<void> {
  const { slot, snapshot, changes } = plan;
  await writeFile(join(folder, "extension.json"), extensionText(slot.name, passThroughFilter()));
  const after = snapshot.configs.map(({ path, role, yaml }) => {
    const change = changes.find((change) => change.path === path);
    return { role, value: readEnvoyYaml(change?.after?.toString() ?? yaml.text, path).value };
  });
  const trial = JSON.stringify(oneBootstrap(after)).replaceAll(
    JSON.stringify(dirname(slot.extensionPath)).slice(1, -1),
    JSON.stringify(folder).slice(1, -1),
  );
  const words = await refusal(JSON.parse(trial), join(folder, "after.json"), options);
  if (words === undefined) return;
  const before = oneBootstrap(snapshot.configs.map(({ role, yaml }) => ({ role, value: yaml.value })));
  if ((await refusal(before, join(folder, "before.json"), options)) !== undefined) return;
  throw new DeployError(
    "ENVOY_REJECTED",
    `Envoy refuses the changed configuration; nothing was changed. It says:\n${words}`,
    {
      hint: "wasm deploy envoy --dry-run shows the change",
      detail: { words },
    },
  );
}

function isConfig(role: string): boolean {
  return role === "bootstrap" || role === "listeners" || role === "clusters";
}

async function refusal(config: unknown, path: string, options: PreflightOptions): Promise<string | undefined> {
  await writeFile(path, JSON.stringify(config));
  const workingDirectory = dirname(options.bootstrapPath);
  const { envoyPath, signal } = options;
  const validation = await validateConfig({ path: envoyPath, configPath: path, workingDirectory, signal });
  return validation.ok ? undefined : validation.words;
}

interface ConfigValue {
  readonly role: "bootstrap" | "listeners" | "clusters";
  readonly value: unknown;
}

type Mapping = Readonly<Record<string, unknown>>;

/** What is in watched files is put into the bootstrap: Envoy does not look into such files when it only validates. */
function oneBootstrap(configs: readonly ConfigValue[]): Mapping {
  const bootstrap = configs.find(({ role }) => role === "bootstrap")?.value as Mapping;
  const fixed = (bootstrap["static_resources"] ?? {}) as {
    readonly listeners?: unknown[];
    readonly clusters?: unknown[];
  };
  const resources = (role: ConfigValue["role"]): unknown[] =>
    configs.filter((config) => config.role === role).flatMap(({ value }) => resourcesOf(value as Mapping));
  const watched = { listeners: ["lds_config"], clusters: ["cds_config"], bootstrap: [] };
  const gone: readonly string[] = configs.flatMap(({ role }) => watched[role]);
  const dynamic = Object.entries((bootstrap["dynamic_resources"] ?? {}) as Mapping).filter(
    ([name]) => !gone.includes(name),
  );
  return {
    ...bootstrap,
    dynamic_resources: Object.fromEntries(dynamic),
    static_resources: {
      ...fixed,
      listeners: [...(fixed.listeners ?? []), ...resources("listeners")],
      clusters: [...(fixed.clusters ?? []), ...resources("clusters")],
    },
  };
}

function resourcesOf({ resources }: Mapping): readonly unknown[] {
  if (!Array.isArray(resources)) return [];
  return resources.map((resource: Mapping) => {
    const { "@type": _, ...fields } = (resource["resource"] ?? resource) as Mapping;
    return fields;
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
