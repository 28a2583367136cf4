import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { errorMessage } from "#core";
import { DeployError, type DeployRequest } from "#deploy/envoy";
import { checkModule, requiredCapabilities } from "#module";
import type { Digest } from "#oci";
import { formatReference } from "#oci";
import { readFilterImage } from "#oci/image";
import { originOf } from "#oci/client";
import { checkConfig, type ImageConfig, readImageConfig } from "#project";
import type { Context } from "./context.ts";
import { usageError } from "./errors.ts";
import { findImage, readFoundModule } from "./images.ts";
import { type ImageReference, readReference } from "./references.ts";

export interface DeployFlags {
  readonly name: string | undefined;
  readonly config: string | undefined;
  readonly "config-file": string | undefined;
  readonly "root-id": string | undefined;
  readonly "fail-open": boolean;
  readonly listener: readonly string[];
  readonly mode: "file" | "remote";
  readonly hub: string | undefined;
  readonly "plain-http": boolean;
}

/**
 * Resolves an image to its digest, reads what is in it, and checks ABI, root id and configuration: everything that can be
 * known before an Envoy is looked at.
 */
export async function readDeployRequest(context: Context, text: string, flags: DeployFlags): Promise<DeployRequest> {
  const { signal } = context;
  const reference = readReference(text, flags.hub);
  const found = await findImage(context, reference, flags);
  const { source, manifest } = found;
  const image = await readFilterImage(source, manifest, { signal });
  const { module, runtimeConfig } = await readFoundModule(context, found, image);
  const info = checkModule(module);
  const configured = await readImageConfig(source, image, signal);
  return {
    deployment: flags.name ?? reference.repository.split("/").at(-1) ?? reference.repository,
    reference: formatReference(reference),
    digest: manifest.digest,
    module,
    rootId: chooseRootId(flags["root-id"], runtimeConfig?.config.rootIds ?? []),
    configuration: await readConfiguration(context, flags, configured),
    capabilities: requiredCapabilities(info),
    failOpen: flags["fail-open"],
    listeners: flags.listener,
    remoteUrl: flags.mode === "remote" ? remoteUrl(reference, image.moduleDigest, flags) : undefined,
  };
}

/** A wrong root id does nothing, silently, in most SDKs' filters: what the image says it has is taken seriously. */
function chooseRootId(wanted: string | undefined, known: readonly string[]): string {
  if (wanted !== undefined && known.length > 0 && !known.includes(wanted)) {
    throw new DeployError("ROOT_ID_UNKNOWN", `the filter has no root id ${JSON.stringify(wanted)}`, {
      hint: `it has ${known.join(", ")}`,
    });
  }
  if (wanted !== undefined) return wanted;
  if (known.length > 1) throw usageError("--root-id is missing", { hint: `the filter has ${known.join(", ")}` });
  return known[0] ?? "";
}

async function readConfiguration(
  context: Context,
  flags: DeployFlags,
  configured: ImageConfig | undefined,
): Promise<string | undefined> {
  const { config, "config-file": file } = flags;
  if (config !== undefined && file !== undefined)
    throw usageError("--config and --config-file exclude each other", { hint: "give one of them" });
  const text = file === undefined ? config : await readFile(resolve(context.cwd, file), "utf8");
  if (text === undefined) return configured?.default === undefined ? undefined : JSON.stringify(configured.default);
  // Without a schema nobody knows that it is JSON: the filter gets it as it is.
  if (!configured) return text;
  const where = file ?? "--config";
  checkConfig(configured.schema, parseJson(text, where), where);
  return text;
}

function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw usageError(`${where} is not JSON: ${errorMessage(cause)}`, {
      cause,
      hint: `such as --config '{"key": "value"}'`,
    });
  }
}

/** Where Envoy finds the module: the layer is the module itself in two of the formats. */
function remoteUrl(reference: ImageReference, moduleDigest: Digest | undefined, flags: DeployFlags): URL {
  if (reference.registry === undefined || moduleDigest === undefined) {
    const why = moduleDigest === undefined ? "its module is packed into an archive" : "its reference names no registry";
    throw new DeployError(
      "REMOTE_UNSUPPORTED",
      `Envoy cannot fetch the module of ${formatReference(reference)} itself: ${why}`,
      {
        hint: "leave --mode remote out: the module becomes a file beside the bootstrap",
      },
    );
  }
  const origin = originOf(reference.registry, flags["plain-http"] ? "always" : "loopback");
  return new URL(`/v2/${reference.repository}/blobs/${moduleDigest}`, origin);
}
