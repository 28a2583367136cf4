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
  const image = await packFilterImage({ module, runtimeConfig, annotations: annotationsOf(project), ...options });
  return { image, referrers: packReferrers(project, image.manifest.descriptor) };
}

function packReferrers({ manifest, readme }: Project, subject: Descriptor): readonly PackedImage[] {
  const referrers: PackedImage[] = [];
  const { schema, default: value } = manifest.config ?? {};
  if (schema !== undefined || value !== undefined) {
    // The default goes where JSON Schema has a place for it.
    const document = {
      ...(typeof schema === "object" ? schema : {}),
      ...(value === undefined ? {} : { default: value }),
    };
    const bytes = Buffer.from(JSON.stringify(schema === false ? schema : document, undefined, 2));
    const input = {
      subject,
      artifactType: referrerTypes.configSchema,
      mediaType: "application/schema+json",
      title: "config.schema.json",
    };
    referrers.push(packReferrer({ ...input, bytes }));
  }
  if (readme !== undefined) {
    const input = { subject, artifactType: referrerTypes.readme, mediaType: "text/markdown", title: "README.md" };
    referrers.push(packReferrer({ ...input, bytes: Buffer.from(readme) }));
  }
  return referrers;
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
