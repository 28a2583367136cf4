import { copyImage, formatReference } from "#oci";
import { repositoryName } from "#oci/layout";
import { defineCommand } from "../command.ts";
import { hub, json } from "../flags.ts";
import { resolveStored } from "../images.ts";
import { readReference, readTagReference } from "../references.ts";

export const tag = defineCommand({
  summary: "Give an image in the local store another name",
  description: ["The image keeps the names that it has. A name that another image had moves to this one."],
  arguments: {
    source: {
      value: "REF",
      description: "an image in the local store",
      complete: "reference",
      question: "Which image?",
      isStored: true,
    },
    target: {
      value: "NEW_REF",
      description: "its new name, with a tag",
      complete: "reference",
      question: "Its new name, HOST/NAME:TAG",
    },
  },
  flags: { hub, json },
  examples: [{ text: "name a build for a registry", command: "wasm tag my-filter hub.example/me/my-filter:v1" }],
  json: { reference: "hub.example/me/my-filter:v1", digest: "sha256:…" },

  async run(context, { flags, arguments: { source, target } }) {
    const from = readReference(source, flags.hub);
    const to = readTagReference(target, flags.hub);
    const { store, repository } = await resolveStored(context, from, "wasm list shows what is there");
    const { manifest } = await copyImage(repository, store.repository(repositoryName(to)), from.tagOrDigest, {
      tag: to.tag,
      signal: context.signal,
    });
    if (context.isJson) return context.outJson({ reference: formatReference(to), digest: manifest.digest });
    context.out(`${formatReference({ ...to, digest: manifest.digest })}\n`);
  },
});
