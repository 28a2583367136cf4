import { copyImage } from "#oci";
import { repositoryName } from "#oci/layout";
import { defineCommand } from "../command.ts";
import { dryRun, hub, json, plainHttp, progress } from "../flags.ts";
import { openStore } from "../images.ts";
import { formatImage, readRegistryReference } from "../references.ts";
import { openRegistry } from "../registries.ts";
import { count, formatSize } from "../terminal/format.ts";
import { transferPlan } from "../transfer-plan.ts";

export const pull = defineCommand({
  summary: "Fetch an image from its registry into the local store",
  description: [
    "Every byte is checked against its digest. What refers to the image, such as its configuration schema, comes along.",
  ],
  arguments: { reference: { value: "REF", description: "an image in a registry, by tag or digest" } },
  flags: { "dry-run": dryRun, "plain-http": plainHttp, hub, progress, json },
  examples: [
    { text: "by tag", command: "wasm pull hub.example/me/my-filter:v1" },
    { text: "exactly one version", command: "wasm pull hub.example/me/my-filter@sha256:…" },
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
    const source = openRegistry(context, reference.registry, flags).repository(reference.repository);
    const target = (await openStore(context)).repository(repositoryName(reference));
    if (flags["dry-run"]) return transferPlan(context, source, target, reference, { referrers: true });

    const options = { tag: reference.tag, referrers: true, progress: context.progress, signal: context.signal };
    const { manifest, ...counts } = await copyImage(source, target, reference.tagOrDigest, options);
    if (reference.tag === undefined) await target.pin(manifest, context.signal);
    if (context.isJson)
      return context.outJson({ reference: formatImage(reference), digest: manifest.digest, ...counts });
    context.note(
      `fetched ${count(counts.copied, "item")} (${formatSize(counts.copiedBytes)}); ${counts.skipped} were here already`,
    );
    context.out(`${formatImage({ ...reference, digest: manifest.digest })}\n`);
  },
});
