import {
  type Annotations,
  type Digest,
  digestOf,
  type ImageSource,
  OciError,
  parseManifest,
  readAll,
  type ReferrerLister,
} from "#oci";
import { type FilterImage, referrerTypes } from "#oci/image";
import type { JsonSchema } from "./config-schema.ts";
import type { FilterManifest } from "./manifest.ts";

/**
 * The annotation by which an image names its configuration schema. With it a changed schema or default makes another
 * image, and whoever pins the image's digest pins its configuration too.
 */
const schemaDigestKey = "dev.wasm-hub.config-schema.digest";

/** What an image says about its plugin configuration. */
export interface ImageConfig {
  readonly schema: JsonSchema;
  /** Undefined when the author gave none. */
  readonly default: unknown;
}

/** The document that is attached to the image: the schema, with the default where JSON Schema has a place for it. */
export function configDocument({ config }: FilterManifest): Buffer | undefined {
  const { schema, default: value } = config ?? {};
  if (schema === undefined && value === undefined) return undefined;
  const document =
    schema === false
      ? false
      : { ...(typeof schema === "object" ? schema : {}), ...(value === undefined ? {} : { default: value }) };
  return Buffer.from(JSON.stringify(document, undefined, 2));
}

export function configAnnotations(document: Buffer | undefined): Annotations {
  return document ? { [schemaDigestKey]: digestOf(document) } : {};
}

/**
 * Reads the configuration schema that was built with an image.
 *
 * @returns undefined when the image names none
 * @throws {OciError} CONTENT_NOT_FOUND when it names one that the source does not have
 */
export async function readImageConfig(
  source: ImageSource & ReferrerLister,
  image: FilterImage,
  signal?: AbortSignal,
): Promise<ImageConfig | undefined> {
  const wanted = image.annotations[schemaDigestKey] as Digest | undefined;
  if (wanted === undefined) return undefined;
  for await (const referrer of source.referrers(image.manifest, referrerTypes.configSchema, signal)) {
    const document = parseManifest(await readAll(source, referrer, { signal }), referrer.mediaType);
    const layer = "layers" in document ? document.layers.find(({ digest }) => digest === wanted) : undefined;
    if (layer) return parseConfig((await readAll(source, layer, { signal })).toString("utf8"), wanted);
  }
  throw new OciError("CONTENT_NOT_FOUND", `the configuration schema ${wanted} of ${image.manifest.digest} is missing`, {
    hint: "the image was copied without its referrers: pull it with wasm pull, or copy it with oras copy -r",
    detail: { digest: wanted },
  });
}

function parseConfig(text: string, digest: Digest): ImageConfig {
  try {
    const schema = JSON.parse(text) as JsonSchema;
    return { schema, default: typeof schema === "object" ? schema["default"] : undefined };
  } catch (cause) {
    throw new OciError("MANIFEST_MALFORMED", `the configuration schema ${digest} is not JSON`, { cause });
  }
}
