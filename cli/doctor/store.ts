import { rm } from "node:fs/promises";
import {
  type ContentReader,
  type Descriptor,
  formatReference,
  isManifest,
  OciError,
  parseManifest,
  readAll,
  successors,
  verified,
} from "#oci";
import { OciLayout, repositoryName, StoreError, type StoredImage } from "#oci/layout";
import type { Context } from "../context.ts";
import { count, formatSize } from "../terminal/format.ts";
import { type Finding, fromError, type Mend, ok } from "./check.ts";

/** Every image of the local store is whole: each blob is there, and its bytes are what its digest says. */
export async function checkStore({ folders, signal }: Context): Promise<Finding> {
  try {
    const layout = await OciLayout.existing(folders.store);
    if (!layout) return ok("empty");
    const damaged = await findDamaged(layout, signal);
    if (damaged.length > 0) return describeDamage(layout, damaged);
    const images = await layout.list();
    const garbage = await layout.findGarbage({ signal });
    const whole = `${count(images.length, "image")}, all whole`;
    if (garbage.removed === 0) return ok(whole);
    const amount = `${count(garbage.removed, "item")} (${formatSize(garbage.freedBytes)})`;
    const mend: Mend = {
      plan: `remove ${amount} that no name leads to`,
      apply: async () => {
        const { removed, freedBytes } = await layout.collect({ signal });
        return `removed ${count(removed, "item")} (${formatSize(freedBytes)})`;
      },
    };
    return { status: "warning", detail: `${whole}; no name leads to ${amount}`, mend };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof StoreError && error.code === "STORE_DAMAGED") {
      return { ...fromError(error), hint: undefined, mend: beginAnew(folders.store) };
    }
    return isDamage(error) ? { ...fromError(error), mend: dropReferrers(folders.store) } : fromError(error);
  }
}

/** An image of which something is missing, or is not what it should be. */
interface DamagedImage {
  readonly image: StoredImage;
  readonly blobs: readonly Descriptor[];
}

async function findDamaged(layout: OciLayout, signal: AbortSignal): Promise<readonly DamagedImage[]> {
  // Images share blobs: each is read once.
  const isWhole = new Map<string, boolean>();
  const damaged: DamagedImage[] = [];
  for (const image of await layout.list()) {
    const reader = layout.repository(repositoryName(image.reference));
    const blobs: Descriptor[] = [];
    const visit = async (content: Descriptor): Promise<void> => {
      signal.throwIfAborted();
      const known = isWhole.get(content.digest) ?? (await hasRightBytes(reader, content));
      isWhole.set(content.digest, known);
      if (!known) return void blobs.push(content);
      if (!isManifest(content.mediaType)) return;
      const document = parseManifest(await readAll(reader, content), content.mediaType);
      for (const child of successors(document)) await visit(child);
    };
    await visit(image.manifest);
    if (blobs.length === 0) {
      for await (const referrer of reader.referrers(image.manifest, undefined, signal)) await visit(referrer);
    }
    if (blobs.length > 0) damaged.push({ image, blobs });
  }
  return damaged;
}

async function hasRightBytes(reader: ContentReader, content: Descriptor): Promise<boolean> {
  try {
    for await (const _ of verified(reader.open(content), content));
    return true;
  } catch (error) {
    if (!isDamage(error)) throw error;
    return false;
  }
}

function isDamage(error: unknown): boolean {
  return error instanceof OciError && ["CONTENT_NOT_FOUND", "CONTENT_MISMATCH"].includes(error.code);
}

function describeDamage(layout: OciLayout, damaged: readonly DamagedImage[]): Finding {
  const names = damaged.map(({ image }) => formatReference(image.reference));
  const lines = damaged.map(({ image, blobs }) => {
    const digests = blobs.map(({ digest }) => digest.slice(0, "sha256:".length + 12));
    return `${formatReference(image.reference)}: ${digests.join(", ")} missing or damaged`;
  });
  const what = count(damaged.length, "image");
  return {
    status: "failed",
    detail: [`${what} ${damaged.length === 1 ? "is" : "are"} not whole`, ...lines].join("\n"),
    hint: "pull or build what you need again after it is mended",
    mend: {
      plan: `take ${what} that ${damaged.length === 1 ? "is" : "are"} not whole out of the store`,
      apply: async () => {
        // Damaged bytes go too: a pull would take them for what they should be.
        for (const { digest, ...rest } of damaged.flatMap(({ blobs }) => blobs)) {
          await rm(layout.blobPath({ digest, ...rest }), { force: true });
        }
        for (const { image } of damaged) {
          const { reference, manifest } = image;
          await layout.repository(repositoryName(reference)).untag(reference.tag ?? manifest.digest);
        }
        return `took out ${names.join(", ")}`;
      },
    },
  };
}

function beginAnew(folder: string): Mend {
  return {
    plan: "set the damaged index aside and begin an empty one",
    apply: async () => {
      const aside = await (await OciLayout.open(folder)).repair();
      return `began an empty index; the old one is ${aside}; pull or build what you need again`;
    },
  };
}

/** Whose referrer it was cannot be known when its manifest cannot be read. */
function dropReferrers(folder: string): Mend {
  return {
    plan: "take referrers that cannot be read out of the store",
    apply: async () => {
      await (await OciLayout.open(folder)).collect();
      return "took them out; pull or build the images again to have them back";
    },
  };
}
