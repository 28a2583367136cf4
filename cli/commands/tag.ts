import { copyImage } from "#oci";
import { repositoryName } from "#oci/layout";
import { defineCommand } from "../command.ts";
import { hub, json } from "../flags.ts";
import { openStore } from "../images.ts";
import { formatImage, readReference, readTagReference } from "../references.ts";

export const tag = defineCommand({
  summary: "Give an image in the local store another name",
  arguments: {
    source: { value: "REF", description: "an image in the local store", complete: "reference" },
    target: { value: "NEW_REF", description: "its new name, with a tag", complete: "reference" },
  },
  flags: { hub, json },
  examples: [{ text: "name a build for a registry", command: "wasm tag my-filter:0.1.0 hub.example/me/my-filter:v1" }],
  json: { reference: "hub.example/me/my-filter:v1", digest: "sha256:…" },

  async run(context, { flags, arguments: { source, target } }) {
    const from = readReference(source, flags.hub);
    const to = readTagReference(target, flags.hub);
    const store = await openStore(context);
    const repositories = [from, to].map((reference) => store.repository(repositoryName(reference)));
    const [sourceRepository, targetRepository] = repositories as [(typeof repositories)[0], (typeof repositories)[0]];
    const { manifest } = await copyImage(sourceRepository, targetRepository, from.tagOrDigest, {
      tag: to.tag,
      signal: context.signal,
    });
    if (context.isJson) return context.outJson({ reference: formatImage(to), digest: manifest.digest });
    context.out(`${formatImage({ ...to, digest: manifest.digest })}\n`);
  },
});
