import { dirname, join } from "node:path";
import { readEnvoyYaml } from "#envoy/schema";
import { digestOf } from "#oci";
import type { Stats } from "#envoy";
import type { FileChange } from "./changes.ts";
import { deploymentFolder, recordsFolder } from "./names.ts";
import { type DeployPlan, type DeployRequest, planDeploy } from "./plan.ts";
import type { DeploymentRecord } from "./record.ts";
import type { Admin } from "./running.ts";
import type { ConfigFile, Snapshot } from "./snapshot.ts";
import { planUndeploy, type UndeployPlan } from "./undeploy.ts";

type Role = ConfigFile["role"];

/** An Envoy's configuration in memory, which deploys change as they change a folder. */
export class MemoryFolder {
  static readonly path = "/etc/envoy";
  readonly #configs: Map<Role, string>;
  readonly #own = new Map<string, Buffer>();

  /** @param configs text of the bootstrap, and of the files of listeners and clusters that it names */
  constructor(configs: Partial<Record<Role, string>>) {
    this.#configs = new Map(Object.entries({ bootstrap: "{}", ...configs }) as [Role, string][]);
  }

  static pathOf(role: Role): string {
    return join(MemoryFolder.path, role === "bootstrap" ? "envoy.yaml" : `${role}.yaml`);
  }

  text(role: Role = "bootstrap"): string {
    return this.#configs.get(role) ?? "";
  }

  /** Somebody else's change. */
  edit(role: Role, change: (text: string) => string): void {
    this.#configs.set(role, change(this.text(role)));
  }

  /** Names of the files in the deployments' folders, from `wasm-hub/` on. */
  ownFiles(): readonly string[] {
    return [...this.#own.keys()].map((path) => path.slice(recordsFolder(this.#bootstrap).length + 1)).toSorted();
  }

  snapshot(deployment: string): Snapshot {
    const folder = `${deploymentFolder(this.#bootstrap, deployment)}/`;
    const records = [...this.#own]
      .filter(([path]) => path.endsWith("/deployment.json"))
      .map(([, bytes]) => JSON.parse(bytes.toString()) as DeploymentRecord);
    return {
      bootstrapPath: this.#bootstrap,
      configs: [...this.#configs].map(([role, text]) => {
        const path = MemoryFolder.pathOf(role);
        return { role, path, yaml: readEnvoyYaml(text, path) };
      }),
      records,
      record: records.find(({ name }) => name === deployment),
      own: new Map([...this.#own].filter(([path]) => path.startsWith(folder))),
      adminUrl: undefined,
      freshName: "new",
    };
  }

  plan(request: Partial<DeployRequest> = {}): DeployPlan {
    const whole = deployRequest(request);
    return planDeploy(this.snapshot(whole.deployment), whole);
  }

  deploy(request: Partial<DeployRequest> = {}): DeployPlan {
    const plan = this.plan(request);
    this.#write([...plan.changes, ...plan.obsolete]);
    return plan;
  }

  undeploy(deployment = "demo"): UndeployPlan {
    const plan = planUndeploy(this.snapshot(deployment), deployment);
    this.#write(plan.changes);
    return plan;
  }

  get #bootstrap(): string {
    return MemoryFolder.pathOf("bootstrap");
  }

  #write(changes: readonly FileChange[]): void {
    for (const { role, path, after } of changes) {
      if (this.#configs.has(role as Role)) this.#configs.set(role as Role, after?.toString() ?? "");
      else if (after) this.#own.set(path, after);
      else this.#own.delete(path);
    }
  }
}

/** What an Envoy's admin interface says, as a test has it. */
export class FakeAdmin implements Admin {
  /** By name. */
  readonly counts = new Map<string, number | string>();
  /** Entries of a configuration's dump, by the name of the resource. */
  readonly dumps: Record<string, readonly Record<string, unknown>[]> = {};

  async stats(filter: string): Promise<Stats> {
    const pattern = new RegExp(filter);
    return new Map([...this.counts].filter(([name]) => pattern.test(name)));
  }

  async configDump(resource: string): Promise<readonly Record<string, unknown>[]> {
    return this.dumps[resource] ?? [];
  }

  async clusters(): Promise<readonly Record<string, unknown>[]> {
    return [];
  }

  /** What it says of the slot of the deployment `demo`. */
  slot(version: string, refused = 0, reloads = 0): void {
    const prefix = "extension_config_discovery.http_filter.wasm-hub.demo";
    this.counts.set(`${prefix}.version_text`, version);
    this.counts.set(`${prefix}.update_rejected`, refused);
    this.counts.set(`${prefix}.config_reload`, reloads);
  }
}

export function deployRequest(changes: Partial<DeployRequest> = {}): DeployRequest {
  return {
    deployment: "demo",
    reference: "hub.example/me/demo:v1",
    digest: digestOf("image"),
    module: Buffer.from("module"),
    rootId: "demo",
    configuration: undefined,
    capabilities: ["proxy_log"],
    failOpen: false,
    listeners: [],
    remoteUrl: undefined,
    ...changes,
  };
}

/** The lines that a deploy puts into a list of HTTP filters, as a block. */
export function slotLines(deployment = "demo"): readonly string[] {
  const extension = `${MemoryFolder.path}/wasm-hub/${deployment}/slot-new/extension.json`;
  return [
    `- name: wasm-hub.${deployment} # until: wasm undeploy envoy ${deployment}`,
    "  config_discovery:",
    "    config_source:",
    "      path_config_source:",
    `        path: "${extension}"`,
    "        watched_directory:",
    `          path: "${dirname(extension)}"`,
    "    type_urls:",
    "      - type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm",
    "      - type.googleapis.com/envoy.extensions.filters.http.header_mutation.v3.HeaderMutation",
  ];
}

/** The same where the list is between brackets. */
export function slotFlow(deployment = "demo"): string {
  const extension = `${MemoryFolder.path}/wasm-hub/${deployment}/slot-new/extension.json`;
  const source = `{ path: "${extension}", watched_directory: { path: "${dirname(extension)}" } }`;
  const types =
    "type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm, type.googleapis.com/envoy.extensions.filters.http.header_mutation.v3.HeaderMutation";
  return `{ name: wasm-hub.${deployment}, config_discovery: { config_source: { path_config_source: ${source} }, type_urls: [${types}] } }`;
}

/** An HTTP connection manager's and a router's `@type`. */
export const managerType =
  "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";
export const routerType = "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router";
