import { buffer } from "node:stream/consumers";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { type Extract, extract, pack } from "tar-stream";
import { OciError } from "../errors.ts";

/** The names that every fetcher looks for. */
export const moduleFile = "plugin.wasm";
export const runtimeConfigFile = "runtime-config.json";

export interface TarFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Files of the same bytes make the same archive. */
export async function packTar(files: readonly TarFile[]): Promise<Buffer> {
  const archive = pack();
  for (const { name, bytes } of files) {
    archive.entry({ name, mode: 0o644, mtime: new Date(0), uid: 0, gid: 0 }, Buffer.from(bytes));
  }
  archive.finalize();
  return buffer(archive);
}

export interface ReadTarOptions {
  readonly isCompressed: boolean;
  /** Bytes of the whole archive, unpacked, that are accepted. */
  readonly limitBytes: number;
}

/**
 * Reads the wanted files out of an archive; everything else is skipped.
 *
 * @param isWanted is given names without a leading `./` or `/`
 * @throws {OciError} IMAGE_FORMAT_UNKNOWN when the archive is damaged or too large
 */
export async function readTar(
  bytes: Uint8Array,
  isWanted: (name: string) => boolean,
  { isCompressed, limitBytes }: ReadTarOptions,
): Promise<ReadonlyMap<string, Buffer>> {
  const archive = extract();
  const unpack = isCompressed
    ? pipeline(Readable.from([bytes]), createGunzip(), limit(limitBytes), archive)
    : pipeline(Readable.from([bytes]), limit(limitBytes), archive);
  try {
    const [files] = await Promise.all([readEntries(archive, isWanted), unpack]);
    return files;
  } catch (cause) {
    // The archive ends with the error of what came before it.
    if (cause instanceof OciError) throw cause;
    throw new OciError("IMAGE_FORMAT_UNKNOWN", "a layer is not a readable tar archive", { cause });
  }
}

async function readEntries(archive: Extract, isWanted: (name: string) => boolean): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  for await (const entry of archive) {
    const name = entry.header.name.replace(/^(?:\.?\/)+/, "");
    if (entry.header.type === "file" && isWanted(name)) files.set(name, await buffer(entry));
    else entry.resume();
  }
  return files;
}

/** A few bytes can unpack to more than a disk holds. */
function limit(limitBytes: number): (source: AsyncIterable<Uint8Array>) => AsyncGenerator<Uint8Array> {
  return async function* (source) {
    let sizeBytes = 0;
    for await (const chunk of source) {
      sizeBytes += chunk.byteLength;
      if (sizeBytes > limitBytes) {
        throw new OciError(
          "IMAGE_FORMAT_UNKNOWN",
          `a layer unpacks to more than the ${limitBytes} bytes that are read`,
        );
      }
      yield chunk;
    }
  };
}
