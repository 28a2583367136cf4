import { buffer } from "node:stream/consumers";
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { extract, pack } from "tar-stream";
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
  /** Bytes of one file, unpacked, that are accepted. */
  readonly limitBytes: number;
}

/**
 * Reads the wanted files out of an archive; everything else is skipped.
 *
 * @param isWanted is given names without a leading `./` or `/`
 * @throws {OciError} IMAGE_FORMAT_UNKNOWN when the archive is damaged or a file is too large
 */
export async function readTar(
  bytes: AsyncIterable<Uint8Array>,
  isWanted: (name: string) => boolean,
  options: ReadTarOptions,
): Promise<ReadonlyMap<string, Buffer>> {
  const files = new Map<string, Buffer>();
  const archive = extract();
  const source = Readable.from(bytes);
  const unpacked = options.isCompressed ? source.pipe(createGunzip()) : source;
  source.on("error", (error) => archive.destroy(error));
  unpacked.on("error", (error) => archive.destroy(error)).pipe(archive);
  try {
    for await (const entry of archive) {
      const { size, type } = entry.header;
      const name = entry.header.name.replace(/^(?:\.?\/)+/, "");
      if (type !== "file" || !isWanted(name)) {
        entry.resume();
        continue;
      }
      if (size > options.limitBytes) throw tooLarge(name, size, options.limitBytes);
      files.set(name, await buffer(entry));
    }
  } catch (cause) {
    if (cause instanceof OciError) throw cause;
    throw new OciError("IMAGE_FORMAT_UNKNOWN", "a layer is not a readable tar archive", { cause });
  } finally {
    source.destroy();
    unpacked.destroy();
  }
  return files;
}

function tooLarge(name: string, size: number, limitBytes: number): OciError {
  return new OciError("IMAGE_FORMAT_UNKNOWN", `${name} in a layer is ${size} bytes; at most ${limitBytes} are read`);
}
