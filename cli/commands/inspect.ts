import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { checkModule, type ModuleInfo, parseModule, requiredCapabilities } from "#module";
import { digestOf, formatReference } from "#oci";
import { type FilterImage, readFilterImage } from "#oci/image";
import { readImageConfig } from "#project";
import { defineCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { hub, json, plainHttp, progress } from "../flags.ts";
import { findImage, readFoundModule } from "../images.ts";
import { readReference } from "../references.ts";
import { formatSize } from "../terminal/format.ts";

export const inspect = defineCommand({
  summary: "Show what is in an image or a module",
  description: [
    "For an image: its digest, format, module, root ids, configuration schema and what refers to it, from the local store or else its registry. For a .wasm file: its ABI, and the host calls that it links.",
  ],
  arguments: {
    target: {
      value: "REF|FILE",
      description: "an image, or a .wasm file",
      complete: "reference",
      question: "Which image?",
      isStored: true,
    },
  },
  flags: { "plain-http": plainHttp, hub, progress, json },
  examples: [
    { text: "an image", command: "wasm inspect hub.example/me/my-filter:v1" },
    { text: "a file", command: "wasm inspect filter.wasm" },
  ],
  json: {
    reference: "hub.example/me/my-filter:v1",
    where: "store",
    digest: "sha256:…",
    format: "oci",
    annotations: {},
    rootIds: ["my-filter"],
    configSchema: {},
    referrers: [{ artifactType: "application/vnd.wasm-hub.readme.v1", digest: "sha256:…" }],
    module: { digest: "sha256:…", sizeBytes: 9216, abiVersion: "0.2.1", capabilities: ["proxy_log"], producers: {} },
  },

  async run(context, { flags, arguments: { target } }) {
    const found = target.endsWith(".wasm")
      ? await inspectFile(context, target)
      : await inspectImage(context, target, flags);
    if (context.isJson) return context.outJson(found);
    context.out(describe(found, context.style));
  },
});

interface Inspected {
  readonly reference?: string;
  readonly where?: "store" | "registry";
  readonly digest?: string;
  readonly format?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly rootIds?: readonly string[] | undefined;
  readonly configSchema?: unknown;
  readonly referrers?: readonly { readonly artifactType: string | undefined; readonly digest: string }[];
  readonly module: InspectedModule;
}

interface InspectedModule {
  readonly digest: string;
  readonly sizeBytes: number;
  readonly abiVersion: string | undefined;
  /** Why no host would run it, if that is so. */
  readonly problem: string | undefined;
  readonly capabilities: readonly string[];
  readonly producers: ModuleInfo["producers"];
}

async function inspectFile({ cwd }: Context, path: string): Promise<Inspected> {
  return { module: inspectModule(await readFile(resolve(cwd, path))) };
}

async function inspectImage(
  context: Context,
  text: string,
  flags: { readonly hub: string | undefined; readonly "plain-http": boolean },
): Promise<Inspected> {
  const reference = readReference(text, flags.hub);
  const found = await findImage(context, reference, flags);
  const { source, manifest, where } = found;
  const options = { signal: context.signal };
  const image: FilterImage = await readFilterImage(source, manifest, options);
  const { module, runtimeConfig } = await readFoundModule(context, found, image);
  const referrers = await Array.fromAsync(source.referrers(manifest, undefined, context.signal));
  return {
    reference: formatReference(reference),
    where,
    digest: manifest.digest,
    format: image.format,
    annotations: image.annotations,
    rootIds: runtimeConfig?.config.rootIds,
    configSchema: (await readImageConfig(source, image, context.signal))?.schema,
    referrers: referrers.map(({ artifactType, digest }) => ({ artifactType, digest })),
    module: inspectModule(module),
  };
}

function inspectModule(bytes: Uint8Array): InspectedModule {
  const info = parseModule(bytes);
  const checked = check(bytes);
  return {
    digest: digestOf(bytes),
    sizeBytes: bytes.byteLength,
    ...checked,
    capabilities: requiredCapabilities(info),
    producers: info.producers,
  };
}

/** A module that no host runs can be looked at all the same. */
function check(bytes: Uint8Array): { abiVersion: string | undefined; problem: string | undefined } {
  try {
    return { abiVersion: checkModule(bytes).abiVersion, problem: undefined };
  } catch (error) {
    return { abiVersion: undefined, problem: (error as Error).message };
  }
}

function describe(found: Inspected, style: Context["style"]): string {
  const { module, annotations = {} } = found;
  const rows: [string, string | undefined][] = [
    ["Reference", found.reference],
    ["Digest", found.digest],
    ["Found in", found.where === undefined ? undefined : found.where === "store" ? "the local store" : "the registry"],
    ["Format", found.format],
    ["Root ids", found.rootIds?.map((id) => JSON.stringify(id)).join(", ")],
    ["Module", `${formatSize(module.sizeBytes)}, ${module.problem ?? `Proxy-Wasm ABI ${module.abiVersion}`}`],
    ["Module digest", module.digest],
    ["Made by", producers(module)],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const lines = rows.flatMap(([name, value]) =>
    value === undefined || value === "" ? [] : [`${style("bold", name.padEnd(width))}  ${value}`],
  );
  const block = (title: string, items: readonly string[]): void => {
    if (items.length > 0) lines.push("", style("bold", title), ...items.map((item) => `  ${item}`));
  };
  block(
    "Annotations",
    Object.entries(annotations).map(([name, value]) => `${name}: ${value}`),
  );
  block("Host calls and callbacks", module.capabilities);
  if (found.configSchema !== undefined)
    block("Configuration schema", JSON.stringify(found.configSchema, undefined, 2).split("\n"));
  block(
    "Referrers",
    (found.referrers ?? []).map(({ artifactType, digest }) => `${artifactType ?? "unknown type"}  ${digest}`),
  );
  return `${lines.join("\n")}\n`;
}

function producers({ producers: fields }: InspectedModule): string {
  return Object.values(fields)
    .flat()
    .map(({ name, version }) => `${name} ${version}`.trim())
    .join(", ");
}
