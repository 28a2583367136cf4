import { type Digest, digestHex, digestOf } from "#oci";

export interface FilterSettings {
  /** The ECDS resource's name, the plugin's and the VM's: no two deployments share a VM. */
  readonly name: string;
  readonly rootId: string;
  readonly configuration: string | undefined;
  /** Whether requests go on unfiltered when the filter has failed. */
  readonly failOpen: boolean;
  /** Host calls and callbacks that are allowed. */
  readonly capabilities: readonly string[];
  /**
   * Where Envoy is told so: 1.40 has moved it from `PluginConfig` to `VmConfig`. It warns of the old place; older ones pass
   * over the new one, and restrict nothing.
   */
  readonly restricts: "plugin" | "vm";
  readonly code: { readonly file: string } | RemoteCode;
}

export interface RemoteCode {
  readonly url: string;
  readonly cluster: string;
  readonly digest: Digest;
}

type Json = Readonly<Record<string, unknown>>;

const typeUrl = (name: string): string => `type.googleapis.com/${name}`;
const wasmType = typeUrl("envoy.extensions.filters.http.wasm.v3.Wasm");
const passThroughType = typeUrl("envoy.extensions.filters.http.header_mutation.v3.HeaderMutation");

/** What a slot takes: a module, or a filter that changes nothing, so that an undeploy acts at once. */
export const slotTypes: readonly string[] = [wasmType, passThroughType];

/**
 * Envoy's configuration of the filter (`envoy.extensions.wasm.v3.PluginConfig`).
 *
 * @param fetch "in advance": refuse, and fetch into the cache meanwhile, so that the filter that runs goes on running.
 *   An Envoy that starts with this would never ask again, so only a swap uses it
 */
export function wasmFilter(settings: FilterSettings, fetch: "when needed" | { attempt: number } = "when needed"): Json {
  const { name, rootId, configuration, failOpen, capabilities, restricts, code } = settings;
  const restriction = { capability_restriction_config: allowed(capabilities) };
  return {
    "@type": wasmType,
    config: {
      name,
      root_id: rootId,
      vm_config: {
        vm_id: name,
        runtime: "envoy.wasm.runtime.v8",
        code: "file" in code ? { local: { filename: code.file } } : { remote: remoteSource(code, fetch) },
        ...(fetch === "when needed" ? {} : { nack_on_code_cache_miss: true }),
        ...(restricts === "vm" && restriction),
      },
      ...(configuration === undefined ? {} : { configuration: stringValue(configuration) }),
      failure_policy: failOpen ? "FAIL_OPEN" : "FAIL_CLOSED",
      ...(restricts === "plugin" && restriction),
    },
  };
}

export function passThroughFilter(): Json {
  return { "@type": passThroughType };
}

/** Names the content: the same filter with the same settings has the same version. */
export function extensionVersion(filter: Json): string {
  return digestHex(digestOf(JSON.stringify(filter))).slice(0, 16);
}

/** The file that Envoy watches: a DiscoveryResponse with one resource, in JSON, which no YAML rule can misread. */
export function extensionText(name: string, filter: Json, version = extensionVersion(filter)): string {
  const resource = { "@type": typeUrl("envoy.config.core.v3.TypedExtensionConfig"), name, typed_config: filter };
  return `${JSON.stringify({ version_info: version, resources: [resource] }, undefined, 2)}\n`;
}

/** Every attempt differs: Envoy passes over a resource that is the one that it refused last. */
function remoteSource(code: RemoteCode, fetch: "when needed" | { attempt: number }): Json {
  const timeout = fetch === "when needed" ? "30s" : `30.${String(fetch.attempt).padStart(3, "0")}s`;
  return {
    http_uri: { uri: code.url, cluster: code.cluster, timeout },
    sha256: digestHex(code.digest),
    retry_policy: { num_retries: 5 },
  };
}

function allowed(capabilities: readonly string[]): Json {
  // To Envoy an empty list means no restriction at all.
  const names = capabilities.length === 0 ? ["proxy_log"] : capabilities;
  return { allowed_capabilities: Object.fromEntries(names.map((name) => [name, {}])) };
}

function stringValue(value: string): Json {
  return { "@type": typeUrl("google.protobuf.StringValue"), value };
}
