import {
  type ContentReader,
  contentNotFound,
  type Descriptor,
  isManifest,
  type Manifest,
  parseManifest,
  readAll,
  successors,
} from "#oci";
import { refName } from "./ref-name.ts";

/**
 * Follows the names of an index to all content that they lead to.
 *
 * @returns the entries to keep, and the digests that can be reached from them
 */
export async function findReachable(
  entries: readonly Descriptor[],
  reader: ContentReader,
  signal?: AbortSignal,
): Promise<{ kept: readonly Descriptor[]; reachable: ReadonlySet<string> }> {
  const reachable = new Set<string>();
  const read = async (content: Descriptor): Promise<Manifest> =>
    parseManifest(await readAll(reader, content, { signal }), content.mediaType);
  const visit = async (content: Descriptor): Promise<void> => {
    if (reachable.has(content.digest)) return;
    reachable.add(content.digest);
    if (!isManifest(content.mediaType) || !(await reader.has(content))) return;
    for (const child of successors(await read(content))) await visit(child);
  };
  const kept = entries.filter((entry) => refName(entry) !== undefined);
  for (const entry of kept) await visit(entry);
  // A referrer may have referrers of its own: look again until nothing is added.
  let waiting = entries.filter((entry) => refName(entry) === undefined);
  for (let before = -1; before !== waiting.length;) {
    before = waiting.length;
    const rest: Descriptor[] = [];
    for (const entry of waiting) {
      const subject = (await reader.has(entry)) ? (await read(entry)).subject : entry;
      if (subject !== undefined && !reachable.has(subject.digest)) {
        rest.push(entry);
        continue;
      }
      await visit(entry);
      kept.push(entry);
    }
    waiting = rest;
  }
  return { kept, reachable };
}

/** @throws {OciError} CONTENT_NOT_FOUND, naming what a manifest points at and the reader lacks */
export async function checkComplete(manifest: Descriptor, reader: ContentReader): Promise<void> {
  if (!(await reader.has(manifest))) throw contentNotFound(manifest.digest, "the local store");
  const document = parseManifest(await readAll(reader, manifest), manifest.mediaType);
  for (const child of successors(document)) {
    if (isManifest(child.mediaType)) await checkComplete(child, reader);
    else if (!(await reader.has(child))) throw contentNotFound(child.digest, "the local store");
  }
}
