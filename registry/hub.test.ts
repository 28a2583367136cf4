import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { packFilterImage, writeImage } from "#oci/image";
import { Registry } from "#oci/client";
import { startHub } from "./hub.ts";
import { startTestHub } from "./testing.ts";

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), "hub-"))));
afterEach(() => rm(folder, { recursive: true, force: true }));

describe("startHub()", () => {
  test("says that the port is in use", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as AddressInfo;
    const error = await startHub({ listen: `127.0.0.1:${port}`, dataDir: join(folder, "a") }).catch(
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({
      code: "HUB_PORT_IN_USE",
      message: `another process listens on 127.0.0.1:${port}`,
      hint: "choose another port with --listen; port 0 takes a free one",
    });
    other.close();
    // The folder was given back.
    const hub = await startHub({ listen: "127.0.0.1:0", dataDir: join(folder, "a") });
    await hub.close();
  });

  test("two hubs cannot have one data folder", async () => {
    await using first = await startTestHub();
    await expect(startHub({ listen: "127.0.0.1:0", dataDir: first.dataDir })).rejects.toMatchObject({
      code: "HUB_DATA_IN_USE",
    });
  });

  test.each([
    ["the data folder cannot be made", ".", "data"],
    ["the blobs' folder is a file", "data", "blobs"],
    ["the uploads' folder is a file", "data", "uploads"],
  ])("says when %s", async (_what, parent, name) => {
    await mkdir(join(folder, parent), { recursive: true });
    await writeFile(join(folder, parent, name), "");
    await expect(startHub({ listen: "127.0.0.1:0", dataDir: join(folder, "data") })).rejects.toMatchObject({
      code: "HUB_DATA_UNWRITABLE",
      detail: { folder: join(folder, "data") },
      hint: expect.stringContaining("--data") as string,
    });
  });

  test("says when the catalogue is a folder", async () => {
    await mkdir(join(folder, "catalogue.db"));
    await expect(startHub({ listen: "127.0.0.1:0", dataDir: folder })).rejects.toMatchObject({
      code: "HUB_DATA_UNWRITABLE",
    });
  });

  test("removes uploads that nobody went on with for a week, and no others", async () => {
    const uploads = join(folder, "uploads");
    await mkdir(uploads);
    await writeFile(join(uploads, "old"), "half");
    await writeFile(join(uploads, "new"), "half");
    const daysAgo = (days: number): Date => new Date(Date.now() - days * 24 * 60 * 60 * 1000);
    await utimes(join(uploads, "old"), daysAgo(8), daysAgo(8));
    await utimes(join(uploads, "new"), daysAgo(6), daysAgo(6));
    const hub = await startHub({ listen: "127.0.0.1:0", dataDir: folder });
    await expect.poll(() => readdir(uploads), { interval: 5, timeout: 10_000 }).toEqual(["new"]);
    await hub.close();
  });

  test("is ended once, however often it is told", async () => {
    const hub = await startHub({ listen: "127.0.0.1:0", dataDir: folder });
    await Promise.all([hub.close(), hub.close()]);
    await hub.close();
    const next = await startHub({ listen: `127.0.0.1:${hub.port}`, dataDir: folder });
    expect(next.port).toBe(hub.port);
    await next.close();
  });

  test("a catalogue that is no database is told, and left as it is", async () => {
    const text = "not a database, but quite long all the same".repeat(50);
    await writeFile(join(folder, "catalogue.db"), text);
    await expect(startHub({ listen: "127.0.0.1:0", dataDir: folder })).rejects.toMatchObject({
      code: "HUB_DATA_DAMAGED",
    });
    expect(await readFile(join(folder, "catalogue.db"), "utf8")).toBe(text);
  });

  test("refuses to be open to all by mistake", async () => {
    await expect(startHub({ listen: "0.0.0.0:0", dataDir: folder })).rejects.toMatchObject({ code: "HUB_OPEN_TO_ALL" });
  });
});

test("two pushes of one tag at once leave one of them, whole", async () => {
  await using hub = await startTestHub();
  const repository = new Registry(hub.host).repository("me/filter");
  const images = await Promise.all(["a", "b", "c", "d"].map((text) => image(text)));
  await Promise.all(images.map((packed) => writeImage(repository, packed, "v1")));
  const { digest } = await repository.resolve("v1");
  expect(images.map(({ manifest }) => manifest.descriptor.digest)).toContain(digest);
});

function image(text: string): ReturnType<typeof packFilterImage> {
  const runtimeConfig = { type: "envoy_proxy", abiVersions: ["v0.2.1"], config: { rootIds: [text] } } as const;
  return packFilterImage({ module: Buffer.from(text), runtimeConfig });
}
