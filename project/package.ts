import type { FilterModule } from "#module";
import type { Annotations, Descriptor } from "#oci";
import {
  type ImageFormat,
  type PackedImage,
  packFilterImage,
  packReferrer,
  referrerTypes,
  type RuntimeConfig,
} from "#oci/image";
import { configAnnotations, configDocument } from "./image-config.ts";
import type { Project } from "./load.ts";

export interface PackagedFilter {
  readonly image: PackedImage;
  /** Configuration schema and README, each with the image as its subject. */
  readonly referrers: readonly PackedImage[];
}

export interface PackageOptions {
  /** Default `oci`. */
  readonly format?: ImageFormat;
}

/** Makes the image of a project and its module. The same project and module make the same bytes. */
export async function packageFilter(
  project: Project,
  module: Uint8Array,
  info: FilterModule,
  options: PackageOptions = {},
): Promise<PackagedFilter> {
  const { manifest } = project;
  const runtimeConfig: RuntimeConfig = {
    type: "envoy_proxy",
    abiVersions: [`v${info.abiVersion}`],
    config: { rootIds: manifest.rootIds },
  };
  const config = configDocument(manifest);
  const annotations = { ...annotationsOf(project), ...configAnnotations(config) };
  const image = await packFilterImage({ module, runtimeConfig, annotations, ...options });
  return { image, referrers: packReferrers(image.manifest.descriptor, config, project.readme) };
}

function packReferrers(
  subject: Descriptor,
  config: Buffer | undefined,
  readme: string | undefined,
): readonly PackedImage[] {
  const { configSchema, readme: readmeType } = referrerTypes;
  const schema = {
    subject,
    artifactType: configSchema,
    mediaType: "application/schema+json",
    title: "config.schema.json",
  };
  const text = { subject, artifactType: readmeType, mediaType: "text/markdown", title: "README.md" };
  return [
    ...(config === undefined ? [] : [packReferrer({ ...schema, bytes: config })]),
    ...(readme === undefined ? [] : [packReferrer({ ...text, bytes: Buffer.from(readme) })]),
  ];
}

/** Image-spec v1.1, annotations.md. No creation time: it would change the digest of an unchanged filter. */
function annotationsOf({ manifest }: Project): Annotations {
  const { name, version, description, license, authors, repository, documentation } = manifest;
  const entries = {
    title: name,
    version,
    description,
    licenses: license,
    authors: authors?.join(", "),
    source: repository,
    documentation,
  };
  const known = Object.entries(entries).flatMap(([key, value]) =>
    value === undefined ? [] : [[`org.opencontainers.image.${key}`, value]],
  );
  return { ...(Object.fromEntries(known) as Annotations), ...manifest.annotations };
}
