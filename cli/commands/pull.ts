import { contentNotFound, copyImage, formatReference } from "#oci";
import { repositoryName } from "#oci/layout";
import { defineCommand } from "../command.ts";
import { dryRun, hub, json, plainHttp, progress } from "../flags.ts";
import { existingStore, openStore, resolveRemote } from "../images.ts";
import { readRegistryReference } from "../references.ts";
import { openRegistry } from "../registries.ts";
import { showTransferPlan, type Transfer } from "../transfer-plan.ts";
import { transferSummary } from "../transfer-summary.ts";

export const pull = defineCommand({
  summary: "Fetch an image from its registry into the local store",
  description: [
    "Every byte is checked against its digest. What refers to the image, such as its configuration schema, comes along.",
  ],
  arguments: {
    reference: {
      value: "REF",
      description: "an image in a registry, by tag or digest",
      question: "Which image? HOST/NAME:TAG",
    },
  },
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
    const image = await resolveRemote(source, reference, context.signal);
    const name = repositoryName(reference);
    if (flags["dry-run"]) {
      const target = (await existingStore(context))?.repository(name) ?? emptyTarget;
      return showTransferPlan(context, { source, target, reference });
    }
    const target = (await openStore(context)).repository(name);
    const options = { tag: reference.tag, referrers: true, progress: context.progress, signal: context.signal };
    const startedMs = performance.now();
    const { manifest, ...counts } = await copyImage(source, target, image, options);
    if (reference.tag === undefined) await target.pin(manifest, context.signal);
    if (context.isJson)
      return context.outJson({ reference: formatReference(reference), digest: manifest.digest, ...counts });
    context.note(transferSummary("fetched", counts, performance.now() - startedMs));
    context.out(`${formatReference({ ...reference, digest: manifest.digest })}\n`);
  },
});

/** A store that is not there yet: a plan makes none. */
const emptyTarget: Transfer["target"] = {
  has: async () => false,
  resolve: (tagOrDigest) => Promise.reject(contentNotFound(tagOrDigest, "the local store")),
};
