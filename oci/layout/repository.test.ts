import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { bytesSource, describeBytes, type Descriptor, formatReference, readAll } from "#oci";
import { packFilterImage, packReferrer, type PackedImage, writeImage } from "#oci/image";
import { OciLayout } from "./layout.ts";
import type { LayoutRepository } from "./repository.ts";

const execute = promisify(execFile);

let folder: string;
let layout: OciLayout;
let repository: LayoutRepository;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "wasm-hub-layout-"));
  layout = await OciLayout.open(folder);
  repository = layout.repository("hub.example/me/a");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const bytes = Buffer.from("a filter's module");
const content = describeBytes("application/wasm", bytes);
const runtimeConfig = { type: "envoy_proxy", abiVersions: ["v0.2.1"], config: { rootIds: ["a"] } } as const;

function image(text: string): Promise<PackedImage> {
  return packFilterImage({ module: Buffer.from(text), runtimeConfig });
}

async function blobFiles(): Promise<readonly string[]> {
  const entries = await readdir(join(folder, "blobs"), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
}

describe("put() and open()", () => {
  test("give the bytes back, also from the middle", async () => {
    await repository.put(content, bytesSource(bytes));
    expect(await readAll(repository, content)).toEqual(bytes);
    const rest = await Array.fromAsync(repository.open(content, { offsetBytes: 11 }));
    expect(Buffer.concat(rest).toString()).toBe("module");
  });

  test("report the bytes as they move", async () => {
    let moved = 0;
    const onBytes = (count: number): void => void (moved += count);
    await repository.put(content, bytesSource(bytes), { onBytes });
    expect(moved).toBe(content.size);
  });

  test("take content of no bytes", async () => {
    const empty = describeBytes("application/wasm", Buffer.alloc(0));
    await repository.put(empty, bytesSource(Buffer.alloc(0)));
    expect(await repository.has(empty)).toBe(true);
    expect(await readAll(repository, empty)).toEqual(Buffer.alloc(0));
  });

  test("put() does not read the source of what is there", async () => {
    await repository.put(content, bytesSource(bytes));
    const again = repository.put(content, () => {
      throw new Error("read again");
    });
    await expect(again).resolves.toBeUndefined();
  });

  test.each([
    { name: "a changed byte", wrong: Buffer.from("a filter's modulE") },
    { name: "a byte too few", wrong: bytes.subarray(1) },
    { name: "a byte too many", wrong: Buffer.concat([bytes, bytes]) },
    { name: "nothing", wrong: Buffer.alloc(0) },
  ])("put() refuses $name, and stores nothing", async ({ wrong }) => {
    await expect(repository.put(content, bytesSource(wrong))).rejects.toMatchObject({ code: "CONTENT_MISMATCH" });
    expect(await repository.has(content)).toBe(false);
    expect(await blobFiles()).toEqual([]);
  });

  test("put() leaves nothing visible when its source fails in the middle", async () => {
    const failing = async function* (): AsyncGenerator<Uint8Array> {
      yield bytes.subarray(0, 5);
      throw new Error("the network is gone");
    };
    await expect(repository.put(content, failing)).rejects.toThrow("the network is gone");
    expect(await blobFiles()).toEqual([]);
  });

  test("put() stops when it is told to, and leaves nothing", async () => {
    const controller = new AbortController();
    const endless = async function* (): AsyncGenerator<Uint8Array> {
      yield bytes.subarray(0, 5);
      controller.abort(new Error("enough"));
      yield bytes.subarray(5);
    };
    await expect(repository.put(content, endless, { signal: controller.signal })).rejects.toThrow("enough");
    expect(await blobFiles()).toEqual([]);
  });

  test("put() mends a file that was cut short on the disk", async () => {
    await repository.put(content, bytesSource(bytes));
    await writeFile(layout.blobPath(content), "a filt");
    expect(await repository.has(content)).toBe(false);
    await repository.put(content, bytesSource(bytes));
    expect(await readAll(repository, content)).toEqual(bytes);
  });

  test("put() mends a manifest with a changed byte", async () => {
    const packed = await image("a");
    await writeImage(repository, packed, "v1");
    const damaged = Buffer.from(packed.manifest.bytes).fill("x", 3, 4);
    await writeFile(layout.blobPath(packed.manifest.descriptor), damaged);
    await writeImage(repository, packed, "v1");
    expect(await readAll(repository, packed.manifest.descriptor)).toEqual(packed.manifest.bytes);
  });

  test("open() of what is not there is CONTENT_NOT_FOUND", async () => {
    await expect(readAll(repository, content)).rejects.toMatchObject({ code: "CONTENT_NOT_FOUND" });
  });

  test("twenty writers of the same content at once store it once", async () => {
    await Promise.all(Array.from({ length: 20 }, () => repository.put(content, bytesSource(bytes))));
    expect(await blobFiles()).toEqual([content.digest.slice("sha256:".length)]);
  });
});

describe("tag(), resolve() and untag()", () => {
  test("a tag is found, moves, and goes", async () => {
    const [one, two] = [await image("one"), await image("two")];
    await writeImage(repository, one, "v1");
    expect(await repository.resolve("v1")).toEqual(one.manifest.descriptor);
    await writeImage(repository, two, "v1");
    expect(await repository.resolve("v1")).toEqual(two.manifest.descriptor);
    expect(await layout.list()).toHaveLength(1);
    expect(await repository.untag("v1")).toEqual(two.manifest.descriptor);
    await expect(repository.resolve("v1")).rejects.toMatchObject({
      code: "CONTENT_NOT_FOUND",
      message: expect.stringContaining("hub.example/me/a:v1") as string,
    });
    await expect(repository.untag("v1")).rejects.toMatchObject({ code: "CONTENT_NOT_FOUND" });
  });

  test("a tag belongs to its repository, a digest to all of them", async () => {
    const packed = await image("a");
    await writeImage(repository, packed, "v1");
    const other = layout.repository("hub.example/me/b");
    await expect(other.resolve("v1")).rejects.toMatchObject({ code: "CONTENT_NOT_FOUND" });
    expect(await other.resolve(packed.manifest.descriptor.digest)).toEqual(packed.manifest.descriptor);
  });

  test("a pinned image is listed by its digest", async () => {
    const packed = await image("a");
    await writeImage(repository, packed);
    await repository.pin(packed.manifest.descriptor);
    const [found] = await layout.list();
    expect(found && formatReference(found.reference)).toBe(`hub.example/me/a@${packed.manifest.descriptor.digest}`);
  });

  test("no tag for an image of which a blob is missing", async () => {
    const packed = await image("a");
    await writeImage(repository, packed);
    const lost = packed.blobs[1]?.descriptor as Descriptor;
    await rm(layout.blobPath(lost));
    await expect(repository.tag(packed.manifest.descriptor, "v1")).rejects.toMatchObject({
      code: "CONTENT_NOT_FOUND",
      message: expect.stringContaining(lost.digest) as string,
    });
    expect(await layout.list()).toEqual([]);
  });
});

describe("referrers()", () => {
  const describeIt = (subject: Descriptor, artifactType: string): PackedImage =>
    packReferrer({ subject, artifactType, mediaType: "text/plain", title: "note.txt", bytes: Buffer.from("a") });

  test("lists those of a subject, by type if one is given, each once", async () => {
    const [one, two] = [await image("one"), await image("two")];
    const subject = one.manifest.descriptor;
    await writeImage(repository, one, "v1");
    await writeImage(repository, two, "v2");
    await writeImage(repository, describeIt(two.manifest.descriptor, "application/x"));
    for (const type of ["application/x", "application/y", "application/y"]) {
      await writeImage(repository, describeIt(subject, type));
    }
    const types = async (type?: string): Promise<unknown> =>
      (await Array.fromAsync(repository.referrers(subject, type))).map(({ artifactType }) => artifactType);
    expect(await types()).toEqual(["application/x", "application/y"]);
    expect(await types("application/y")).toEqual(["application/y"]);
    expect(await types("application/z")).toEqual([]);
  });

  test("are not listed as images", async () => {
    await writeImage(repository, describeIt(content, "application/x"));
    expect(await layout.list()).toEqual([]);
  });
});

describe("several at once", () => {
  const tagger = join(import.meta.dirname, "testdata", "tag-many.ts");

  test("two processes that tag at the same time lose nothing", async () => {
    const rounds = 15;
    await Promise.all(["one", "two"].map((name) => execute(process.execPath, [tagger, folder, name, String(rounds)])));
    const tags = (await layout.list()).map(({ reference }) => reference.tag);
    const expected = ["one", "two"].flatMap((name) => Array.from({ length: rounds }, (_, round) => `${name}-${round}`));
    expect(new Set(tags)).toEqual(new Set(expected));
  });

  test("forty tags at once in one process lose nothing", async () => {
    const packed = await image("a");
    await writeImage(repository, packed);
    await Promise.all(Array.from({ length: 40 }, (_, n) => repository.tag(packed.manifest.descriptor, `v${n}`)));
    expect(await layout.list()).toHaveLength(40);
  });

  test("readers of index.json never see half of it", async () => {
    const packed = await image("a");
    await writeImage(repository, packed, "v0");
    const controller = new AbortController();
    const writing = (async () => {
      for (let n = 1; n < 20; n++) await repository.tag(packed.manifest.descriptor, `v${n}`);
      controller.abort();
    })();
    while (!controller.signal.aborted) {
      const text = await readFile(join(folder, "index.json"), "utf8");
      expect(() => JSON.parse(text) as unknown).not.toThrow();
    }
    await writing;
  });
});

describe("a disk that is full", () => {
  const writer = join(import.meta.dirname, "testdata", "put-large.ts");

  /** A limit on the size of a file (`ulimit -f`, in blocks of 512 or 1024 bytes) fails writes as a full disk does. */
  async function putLarge(): Promise<string> {
    const script = `trap '' XFSZ; ulimit -f 64; exec "$0" "$@"`;
    const { stdout } = await execute("sh", ["-c", script, process.execPath, writer, folder]);
    return stdout;
  }

  test("is STORE_WRITE_FAILED, and nothing half is left", async () => {
    const { code, message, hint } = JSON.parse(await putLarge()) as Record<string, string>;
    expect({ code, message }).toEqual({
      code: "STORE_WRITE_FAILED",
      message: expect.stringContaining("the disk is full") as string,
    });
    expect(hint).toContain("free some space");
    expect(await blobFiles()).toEqual([]);
  });
});
