import { copyImage } from "#oci";
import { repositoryName, type OciLayout } from "#oci/layout";
import { defineCommand } from "../command.ts";
import { dryRun, hub, json, plainHttp, progress } from "../flags.ts";
import { notHere, openStore } from "../images.ts";
import { formatImage, readRegistryReference, type RegistryReference } from "../references.ts";
import { openRegistry } from "../registries.ts";
import { count, formatSize } from "../terminal/format.ts";
import { transferPlan } from "../transfer-plan.ts";

export const push = defineCommand({
  summary: "Send an image from the local store to its registry",
  description: [
    "What the registry has already is not sent again. Configuration schema and README go along as referrers.",
  ],
  arguments: { reference: { value: "REF", description: "an image in the local store", complete: "reference" } },
  flags: { "dry-run": dryRun, "plain-http": plainHttp, hub, progress, json },
  examples: [{ text: "to the registry in the name", command: "wasm push hub.example/me/my-filter:v1" }],
  json: {
    reference: "hub.example/me/my-filter:v1",
    digest: "sha256:…",
    copied: 4,
    mounted: 0,
    skipped: 0,
    copiedBytes: 9216,
  },

  async run(context, { flags, arguments: { reference: text } }) {
    const reference = readRegistryReference(text, flags.hub);
    const store = await openStore(context);
    const source = store.repository(repositoryName(reference));
    await source.resolve(reference.tagOrDigest).catch((error: unknown) => {
      throw (error as { code?: string }).code === "CONTENT_NOT_FOUND"
        ? notHere(reference, "the local store", `build it with: wasm build -t ${formatImage(reference)}`)
        : error;
    });
    const target = openRegistry(context, reference.registry, flags).repository(reference.repository);
    if (flags["dry-run"]) return transferPlan(context, source, target, reference, { referrers: true });

    const result = await copyImage(source, target, reference.tagOrDigest, {
      tag: reference.tag,
      referrers: true,
      mountFrom: await siblings(store, reference),
      progress: context.progress,
      signal: context.signal,
    });
    const { manifest, ...counts } = result;
    if (context.isJson)
      return context.outJson({ reference: formatImage(reference), digest: manifest.digest, ...counts });
    context.note(
      `sent ${count(counts.copied, "item")} (${formatSize(counts.copiedBytes)}); ${counts.skipped + counts.mounted} were there already`,
    );
    context.out(`${formatImage({ ...reference, digest: manifest.digest })}\n`);
  },
});

/** Other repositories of the same registry that were pushed to or pulled from here: their blobs may be the same. */
async function siblings(store: OciLayout, { registry, repository }: RegistryReference): Promise<readonly string[]> {
  const images = await store.list();
  const names = images.map(({ reference }) => (reference.registry === registry ? reference.repository : repository));
  return [...new Set(names)].filter((name) => name !== repository).slice(0, 4);
}
