import {
  type ContentReader,
  type Descriptor,
  type ImageSource,
  isManifest,
  listsReferrers,
  OciError,
  parseManifest,
  readAll,
  type ReferrerLister,
  type Resolver,
  successors,
  formatReference,
} from "#oci";
import type { Context } from "./context.ts";
import { type ImageReference } from "./references.ts";
import { count, formatSize } from "./terminal/format.ts";

export interface Transfer {
  readonly source: ImageSource;
  readonly target: Pick<ContentReader, "has"> & Resolver;
  readonly reference: ImageReference;
}

interface PlannedItem {
  readonly digest: string;
  readonly mediaType: string;
  readonly sizeBytes: number;
  readonly action: "copy" | "skip";
}

/** What `--dry-run` of push and pull prints: where the name leads now and would lead then, and what would be copied. */
export async function showTransferPlan(context: Context, transfer: Transfer): Promise<void> {
  const { source, target, reference } = transfer;
  const manifest = await source.resolve(reference.tagOrDigest, context.signal);
  const current = await digestAt(target, reference.tagOrDigest, context.signal);
  const items = await plan(transfer, manifest, context.signal);
  if (context.isJson) {
    const common = { reference: formatReference(reference), digest: manifest.digest };
    return context.outJson({ ...common, currentDigest: current ?? null, items });
  }
  context.out(`${formatReference(reference)}\n`);
  if (current !== undefined && current !== manifest.digest) context.out(`${context.style("red", `- ${current}`)}\n`);
  const sign = current === manifest.digest ? " " : "+";
  context.out(`${context.style(sign === "+" ? "green" : "dim", `${sign} ${manifest.digest}`)}\n\n`);
  const rows = items.map(({ action, digest, sizeBytes, mediaType }) => [
    action,
    digest.slice(0, "sha256:".length + 12),
    formatSize(sizeBytes),
    mediaType,
  ]);
  context.outTable([["ACTION", "DIGEST", "SIZE", "TYPE"], ...rows]);
  const copied = items.filter(({ action }) => action === "copy");
  const bytes = copied.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  context.note(`dry run: nothing was copied; ${count(copied.length, "item")} (${formatSize(bytes)}) would be`);
}

async function digestAt(target: Resolver, tagOrDigest: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    return (await target.resolve(tagOrDigest, signal)).digest;
  } catch (error) {
    if (error instanceof OciError && error.code === "CONTENT_NOT_FOUND") return undefined;
    throw error;
  }
}

async function plan(transfer: Transfer, manifest: Descriptor, signal: AbortSignal): Promise<readonly PlannedItem[]> {
  const { source, target } = transfer;
  const items = new Map<string, PlannedItem>();
  const visit = async (content: Descriptor): Promise<void> => {
    const { digest, mediaType, size } = content;
    if (items.has(digest)) return;
    const isThere = await target.has(content, signal);
    items.set(digest, { digest, mediaType, sizeBytes: size, action: isThere ? "skip" : "copy" });
    if (!isManifest(mediaType)) return;
    const document = parseManifest(await readAll(source, content, { signal }), mediaType);
    for (const child of successors(document)) await visit(child);
  };
  const visitReferrers = async (lister: ReferrerLister, subject: Descriptor): Promise<void> => {
    for await (const referrer of lister.referrers(subject, undefined, signal)) {
      if (items.has(referrer.digest)) continue;
      await visit(referrer);
      await visitReferrers(lister, referrer);
    }
  };
  await visit(manifest);
  if (listsReferrers(source)) await visitReferrers(source, manifest);
  return [...items.values()];
}
