import { copyImage, formatReference } from "#oci";
import type { OciLayout } from "#oci/layout";
import { defineCommand } from "../command.ts";
import { dryRun, hub, json, plainHttp, progress } from "../flags.ts";
import { resolveStored } from "../images.ts";
import { readRegistryReference, type RegistryReference } from "../references.ts";
import { openRegistry } from "../registries.ts";
import { showTransferPlan } from "../transfer-plan.ts";
import { transferSummary } from "../transfer-summary.ts";

export const push = defineCommand({
  summary: "Send an image from the local store to its registry",
  description: [
    "What the registry has already is not sent again. Configuration schema and README go along as referrers. The tag moves last: whoever pulls meanwhile gets the old image or the new one, whole.",
  ],
  arguments: {
    reference: {
      value: "REF",
      description: "an image in the local store",
      complete: "reference",
      question: "Which image?",
      isStored: true,
    },
  },
  flags: { "dry-run": dryRun, "plain-http": plainHttp, hub, progress, json },
  examples: [
    { text: "to the registry in the name", command: "wasm push hub.example/me/my-filter:v1" },
    { text: "what would be sent, and what the tag is now", command: "wasm push hub.example/me/my-filter:v1 --dry-run" },
  ],
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
    const {
      store,
      repository: source,
      manifest: image,
    } = await resolveStored(
      context,
      reference,
      `build it with wasm build -t ${formatReference(reference)}, or name it with wasm tag; wasm list shows what is there`,
    );
    const target = openRegistry(context, reference.registry, flags).repository(reference.repository);
    if (flags["dry-run"]) return showTransferPlan(context, { source, target, reference });

    const startedMs = performance.now();
    const { manifest, ...counts } = await copyImage(source, target, image, {
      tag: reference.tag,
      referrers: true,
      mountFrom: await siblings(store, reference),
      progress: context.progress,
      signal: context.signal,
    });
    if (context.isJson)
      return context.outJson({ reference: formatReference(reference), digest: manifest.digest, ...counts });
    context.note(transferSummary("sent", counts, performance.now() - startedMs));
    context.out(`${formatReference({ ...reference, digest: manifest.digest })}\n`);
  },
});

/** Other repositories of the same registry that were pushed to or pulled from here: their blobs may be the same. */
async function siblings(store: OciLayout, { registry, repository }: RegistryReference): Promise<readonly string[]> {
  const images = await store.list();
  const names = images.map(({ reference }) => (reference.registry === registry ? reference.repository : repository));
  return [...new Set(names)].filter((name) => name !== repository).slice(0, 4);
}
