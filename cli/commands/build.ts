import { relative, resolve } from "node:path";
import { writeFileAtomic } from "#core";
import type { Descriptor, Digest } from "#oci";
import { formatReference } from "#oci";
import { imageFormats, type PackedImage, writeImage } from "#oci/image";
import { repositoryName } from "#oci/layout";
import { loadProject, packageFilter } from "#project";
import { buildModule } from "#project/build";
import { defineCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { hub, json, progress } from "../flags.ts";
import { openStore } from "../images.ts";
import { type ImageReference, readTagReference } from "../references.ts";
import { DiagnosticPrinter } from "../terminal/diagnostic-printer.ts";
import { formatSize } from "../terminal/format.ts";

export const build = defineCommand({
  summary: "Compile a filter into an image in the local store",
  description: [
    "Compiles the project with the toolchain of its language, packs the module into an OCI image and keeps that in the local store. The same source gives the same digest, and an unchanged project is not compiled again.",
    "Without -t the image is named after filter.yaml, NAME:VERSION, and NAME:latest too, so that NAME alone is the last build. A REF without a tag means latest, as everywhere.",
  ],
  arguments: {
    folder: {
      value: "FOLDER",
      description: "the project; by default the current folder",
      optional: true,
      complete: "folder",
    },
  },
  flags: {
    tag: {
      type: "string",
      short: "t",
      value: "REF",
      multiple: true,
      description: "name of the image; by default NAME:VERSION and NAME:latest of filter.yaml",
      complete: "reference",
    },
    format: {
      type: "string",
      value: "FORMAT",
      choices: imageFormats,
      default: "oci",
      description: "variant of the image",
    },
    output: {
      type: "string",
      short: "o",
      value: "FILE",
      description: "write the module to a file as well",
      complete: "file",
    },
    "no-cache": { type: "boolean", description: "compile even if nothing has changed" },
    hub,
    progress,
    json,
  },
  examples: [
    { text: "build what is in this folder", command: "wasm build" },
    { text: "name it for a registry", command: "wasm build -t hub.example/me/my-filter:v1" },
    { text: "only compile, into a file as well", command: "wasm build --output my-filter.wasm" },
  ],
  json: {
    name: "my-filter",
    references: ["hub.example/me/my-filter:v1"],
    digest: "sha256:…",
    moduleDigest: "sha256:…",
    moduleSizeBytes: 9216,
    abiVersion: "0.2.1",
    isCached: false,
    warnings: [],
  },

  async run(context, { flags, arguments: { folder } }) {
    const project = await loadProject(resolve(context.cwd, folder ?? "."));
    const { manifest } = project;
    const names = flags.tag.length > 0 ? flags.tag : [`${manifest.name}:${manifest.version}`, manifest.name];
    const references = names.map((name) => readTagReference(name, flags.hub));
    const diagnostics = new DiagnosticPrinter(context);
    const built = await buildModule(project, {
      cache: !flags["no-cache"],
      progress: context.progress,
      onDiagnostic: context.isSilent ? undefined : (diagnostic) => diagnostics.print(diagnostic),
      signal: context.signal,
    }).finally(() => diagnostics.end());
    const packaged = await packageFilter(project, built.module, built.info, { format: flags.format });
    await keep(context, references, packaged.image, packaged.referrers);
    if (flags.output !== undefined) await writeFileAtomic(resolve(context.cwd, flags.output), built.module);

    const image = packaged.image.manifest.descriptor;
    const module = moduleDescriptor(packaged.image);
    if (context.isJson) {
      return context.outJson({
        name: manifest.name,
        references: references.map((reference) => formatReference(reference)),
        digest: image.digest,
        moduleDigest: module.digest,
        moduleSizeBytes: built.module.byteLength,
        abiVersion: built.info.abiVersion,
        isCached: built.isCached,
        warnings: built.warnings,
      });
    }
    const where = relative(context.cwd, project.folder) || manifest.name;
    context.note(
      `${built.isCached ? "unchanged" : "built"} ${where}: ${formatSize(built.module.byteLength)}, Proxy-Wasm ABI ${built.info.abiVersion}`,
    );
    for (const reference of references) context.out(`${formatReference(withDigest(reference, image.digest))}\n`);
  },
});

async function keep(
  context: Context,
  references: readonly ImageReference[],
  image: PackedImage,
  referrers: readonly PackedImage[],
): Promise<void> {
  const store = await openStore(context);
  for (const reference of references) {
    const repository = store.repository(repositoryName(reference));
    await writeImage(repository, image, reference.tag, context.signal);
    for (const referrer of referrers) await writeImage(repository, referrer, undefined, context.signal);
  }
}

/** The layer that is, or holds, the module: the largest. */
function moduleDescriptor({ blobs }: PackedImage): Descriptor {
  return blobs
    .map(({ descriptor }) => descriptor)
    .reduce((largest, next) => (next.size > largest.size ? next : largest));
}

function withDigest(reference: ImageReference, digest: Digest): ImageReference {
  return { ...reference, digest };
}
