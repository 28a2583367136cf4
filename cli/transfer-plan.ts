import {
  type ContentReader,
  type Descriptor,
  type ImageSource,
  isManifest,
  listsReferrers,
  parseManifest,
  readAll,
  successors,
} from "#oci";
import type { Context } from "./context.ts";
import { formatImage, type ImageReference } from "./references.ts";
import { formatSize, formatTable } from "./terminal/format.ts";

interface PlannedItem {
  readonly digest: string;
  readonly mediaType: string;
  readonly sizeBytes: number;
  readonly action: "send" | "skip";
}

/** What `--dry-run` of push and pull prints: each item, and whether it would be sent. */
export async function transferPlan(
  context: Context,
  source: ImageSource,
  target: ContentReader,
  reference: ImageReference,
  options: { readonly referrers: boolean },
): Promise<void> {
  const manifest = await source.resolve(reference.tagOrDigest, context.signal);
  const items: PlannedItem[] = [];
  const visit = async (content: Descriptor): Promise<void> => {
    if (items.some(({ digest }) => digest === content.digest)) return;
    const { digest, mediaType, size } = content;
    items.push({
      digest,
      mediaType,
      sizeBytes: size,
      action: (await target.has(content, context.signal)) ? "skip" : "send",
    });
    if (!isManifest(mediaType)) return;
    const document = parseManifest(await readAll(source, content, { signal: context.signal }), mediaType);
    for (const child of successors(document)) await visit(child);
  };
  await visit(manifest);
  if (options.referrers && listsReferrers(source)) {
    for await (const referrer of source.referrers(manifest, undefined, context.signal)) await visit(referrer);
  }
  if (context.isJson) return context.outJson({ reference: formatImage(reference), digest: manifest.digest, items });
  const rows = items.map(({ action, digest, sizeBytes, mediaType }) => [
    action,
    digest.slice(0, 19),
    formatSize(sizeBytes),
    mediaType,
  ]);
  context.out(formatTable([["ACTION", "DIGEST", "SIZE", "TYPE"], ...rows]));
  context.note(`nothing was sent; ${formatImage(reference)} would be ${manifest.digest}`);
}
