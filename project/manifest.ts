import type { JsonSchema } from "./config-schema.ts";

/** `filter.yaml`: what a filter is, whatever language it is written in. */
export interface FilterManifest {
  readonly name: string;
  readonly version: string;
  readonly description?: string;
  /** SPDX expression. */
  readonly license?: string;
  readonly authors?: readonly string[];
  /** Where the source can be read. */
  readonly repository?: string;
  readonly documentation?: string;
  readonly language: FilterLanguage;
  /** The entry file, below the project's folder. */
  readonly source: string;
  readonly abi: "proxy-wasm-0.2.1";
  /** Root ids that the module registers. */
  readonly rootIds: readonly string[];
  /** Where it is known to work; absent: wherever Proxy-Wasm filters run. */
  readonly platforms?: readonly Platform[];
  readonly config?: {
    readonly schema?: JsonSchema;
    /** Used where a deploy gives no configuration. */
    readonly default?: unknown;
  };
  /** Host calls that are allowed apart from those that the module links; by default none. */
  readonly capabilities?: readonly string[];
  readonly annotations?: Readonly<Record<string, string>>;
}

export const languages = ["assemblyscript"] as const;
export type FilterLanguage = (typeof languages)[number];

export const platforms = ["envoy", "istio", "gloo", "gateway"] as const;
export type Platform = (typeof platforms)[number];

/** The JSON Schema of `filter.yaml` (draft 2020-12). The page docs/formats/filter-yaml.md explains it. */
export const manifestSchema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "filter.yaml",
  type: "object",
  required: ["name", "version", "language", "source", "abi", "rootIds"],
  additionalProperties: false,
  properties: {
    name: {
      type: "string",
      maxLength: 128,
      pattern: "^[a-z0-9]+(?:[._-][a-z0-9]+)*$",
      description:
        "lower-case letters and digits, with single . _ - between them: it becomes a part of the image's name",
    },
    version: {
      type: "string",
      pattern: String.raw`^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$`,
      description: "a version like 0.1.0 (semver.org)",
    },
    description: { type: "string", minLength: 1 },
    license: { type: "string", minLength: 1 },
    authors: { type: "array", items: { type: "string", minLength: 1 } },
    repository: { type: "string", pattern: "^https?://", description: "an http or https URL" },
    documentation: { type: "string", pattern: "^https?://", description: "an http or https URL" },
    language: { enum: languages },
    source: {
      type: "string",
      pattern: String.raw`^(?!/)(?!.*(?:^|/)\.\.(?:/|$)).+\.ts$`,
      description: "a .ts file below the project's folder",
    },
    abi: { enum: ["proxy-wasm-0.2.1"] },
    rootIds: { type: "array", minItems: 1, uniqueItems: true, items: { type: "string" } },
    platforms: { type: "array", minItems: 1, uniqueItems: true, items: { enum: platforms } },
    config: {
      type: "object",
      additionalProperties: false,
      properties: { schema: { type: ["object", "boolean"] }, default: true },
    },
    capabilities: { type: "array", uniqueItems: true, items: { type: "string", pattern: "^[a-z_0-9]+$" } },
    annotations: { type: "object", additionalProperties: { type: "string" } },
  },
} as const;
