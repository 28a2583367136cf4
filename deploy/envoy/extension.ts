import { digestHex, digestOf, type Digest } from "#oci";
import { slotName, slotTypes } from "./slot.ts";

/** Where Envoy gets the module from. */
export type ModuleSource =
  /** A file beside the bootstrap. */
  | { readonly kind: "file"; readonly path: string }
  /** The registry's blob: Envoy fetches it itself, and checks its SHA-256. */
  | { readonly kind: "remote"; readonly url: string; readonly cluster: string; readonly digest: Digest };

export interface ExtensionInput {
  readonly deployment: string;
  readonly source: ModuleSource;
  readonly rootId: string;
  /** What the filter gets as its configuration; undefined for none. */
  readonly configuration: string | undefined;
  /** Host calls and callbacks that the module may use. */
  readonly capabilities: readonly string[];
  readonly failOpen: boolean;
}

export interface Extension {
  /** `version_info`: the same content has the same version. */
  readonly version: string;
  /** A DiscoveryResponse in JSON, which no YAML rule can misread. */
  readonly text: string;
}

/** What fills a slot: one Wasm filter. */
export function wasmExtension(input: ExtensionInput): Extension {
  return respond(input.deployment, wasmFilter(input));
}

/** The configuration of the filter (envoy.extensions.filters.http.wasm.v3.Wasm). */
export function wasmFilter(input: ExtensionInput): Readonly<Record<string, unknown>> {
  const { deployment, source, rootId, configuration, capabilities, failOpen } = input;
  const config = {
    name: slotName(deployment),
    root_id: rootId,
    failure_policy: failOpen ? "FAIL_OPEN" : "FAIL_CLOSED",
    vm_config: {
      // Envoy shares a VM between plugins with the same code: a trap in one would end the other.
      vm_id: slotName(deployment),
      runtime: "envoy.wasm.runtime.v8",
      code: codeOf(source),
      // Envoy keeps the old filter and says so, in place of answering 503 until the module is there.
      ...(source.kind === "remote" ? { nack_on_code_cache_miss: true } : {}),
    },
    ...(configuration === undefined ? {} : { configuration: stringValue(configuration) }),
    capability_restriction_config: { allowed_capabilities: Object.fromEntries(capabilities.map((name) => [name, {}])) },
  };
  return { "@type": slotTypes.wasm, config };
}

function codeOf(source: ModuleSource): unknown {
  if (source.kind === "file") return { local: { filename: source.path } };
  const { url, cluster, digest } = source;
  return { remote: { http_uri: { uri: url, cluster, timeout: "30s" }, sha256: digestHex(digest) } };
}

function stringValue(value: string): unknown {
  return { "@type": "type.googleapis.com/google.protobuf.StringValue", value };
}

/** What fills a slot that is about to be taken away: Envoy lets go of the filter at once, on open connections too. */
export function emptyExtension(deployment: string): Extension {
  return respond(deployment, { "@type": slotTypes.nothing });
}

/** The same content under another version, so that Envoy looks at it again. */
export function renewed(extension: Extension, attempt: number): Extension {
  const version = `${extension.version}-${attempt}`;
  const document = JSON.parse(extension.text) as Record<string, unknown>;
  return { version, text: format({ ...document, version_info: version }) };
}

function respond(deployment: string, config: Readonly<Record<string, unknown>>): Extension {
  const resource = {
    "@type": "type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig",
    name: slotName(deployment),
    typed_config: config,
  };
  const version = digestHex(digestOf(JSON.stringify(resource))).slice(0, 16);
  return { version, text: format({ version_info: version, resources: [resource] }) };
}

function format(document: unknown): string {
  return `${JSON.stringify(document, undefined, 2)}\n`;
}
