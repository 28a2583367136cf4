import { formatReference } from "#oci";
import { readFilterImage } from "#oci/image";
import { repositoryName, type OciLayout, type StoredImage } from "#oci/layout";
import { defineCommand } from "../command.ts";
import { json } from "../flags.ts";
import { existingStore } from "../images.ts";
import { formatSize } from "../terminal/format.ts";

export const list = defineCommand({
  summary: "List the images in the local store",
  arguments: {},
  flags: { json },
  examples: [{ text: "what is here", command: "wasm list" }],
  json: [
    { reference: "hub.example/me/my-filter:v1", digest: "sha256:…", sizeBytes: 9216, description: "Adds a header" },
  ],

  async run(context) {
    const store = await existingStore(context);
    const images = store ? await Promise.all((await store.list()).map((image) => describe(store, image))) : [];
    if (context.isJson) return context.outJson(images);
    if (images.length === 0) return context.note("the local store is empty: wasm build or wasm pull fills it");
    const rows = images.map(({ reference, digest, sizeBytes, description }) => [
      reference,
      digest.slice(0, "sha256:".length + 12),
      sizeBytes === undefined ? "?" : formatSize(sizeBytes),
      description ?? "",
    ]);
    context.outTable([["REFERENCE", "DIGEST", "MODULE", "DESCRIPTION"], ...rows]);
  },
});

interface ListedImage {
  readonly reference: string;
  readonly digest: string;
  readonly sizeBytes: number | undefined;
  readonly description: string | undefined;
}

/** What the store holds may have been put there by other tools: it is listed even if it is not a filter. */
async function describe(store: OciLayout, { reference, manifest }: StoredImage): Promise<ListedImage> {
  const common = { reference: formatReference(reference), digest: manifest.digest };
  try {
    const image = await readFilterImage(store.repository(repositoryName(reference)), manifest);
    return {
      ...common,
      sizeBytes: image.layer.size,
      description: image.annotations["org.opencontainers.image.description"],
    };
  } catch {
    return { ...common, sizeBytes: undefined, description: undefined };
  }
}
