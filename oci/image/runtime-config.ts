/** `runtime-config.json` of the Wasm Artifact Image Specification ("Format"). */
export interface RuntimeConfig {
  readonly type: "envoy_proxy";
  /** With a `v`: `v0.2.1`. */
  readonly abiVersions: readonly string[];
  readonly config: { readonly rootIds: readonly string[] };
}

/** Reads what any tool has written; what is missing or of another shape is left empty. */
export function readRuntimeConfig(text: string): RuntimeConfig | undefined {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof document !== "object" || document === null) return undefined;
  const { abiVersions, config } = document as { abiVersions?: unknown; config?: { rootIds?: unknown } };
  return {
    type: "envoy_proxy",
    abiVersions: stringList(abiVersions),
    config: { rootIds: stringList(config?.rootIds) },
  };
}

function stringList(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];
}
