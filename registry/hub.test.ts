import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import bcrypt from "bcryptjs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { digestOf } from "#oci";
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
    expect(error).toMatchObject({ code: "HUB_PORT_IN_USE", message: `another process listens on 127.0.0.1:${port}` });
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

  test("a data folder that cannot be made is said", async () => {
    await writeFile(join(folder, "file"), "");
    await expect(startHub({ listen: "127.0.0.1:0", dataDir: join(folder, "file", "x") })).rejects.toMatchObject({
      code: "HUB_DATA_UNWRITABLE",
    });
  });

  test("a catalogue that is no database is told, and left as it is", async () => {
    await writeFile(join(folder, "catalogue.db"), "not a database, but quite long all the same".repeat(50));
    await expect(startHub({ listen: "127.0.0.1:0", dataDir: folder })).rejects.toMatchObject({
      code: "HUB_DATA_DAMAGED",
    });
  });

  test("refuses to be open to all by mistake", async () => {
    await expect(startHub({ listen: "0.0.0.0:0", dataDir: folder })).rejects.toMatchObject({ code: "HUB_OPEN_TO_ALL" });
  });

  test.each(["", "5000", "127.0.0.1:99999", "127.0.0.1:x"])("%j is no address", async (listen) => {
    await expect(startHub({ listen, dataDir: folder })).rejects.toMatchObject({ code: "HUB_ADDRESS_UNAVAILABLE" });
  });
});

describe("passwords", () => {
  test("a wrong one is refused, the right one is not asked for twice, and a change of the file counts at once", async () => {
    const path = join(folder, "users");
    await writeFile(path, `me:${bcrypt.hashSync("right", 4)}\n`);
    await using hub = await startTestHub({ htpasswdFile: path });
    const ping = (password: string): Promise<void> =>
      new Registry(hub.host, { credentials: { get: async () => ({ username: "me", password }) } }).ping();
    await expect(ping("wrong")).rejects.toMatchObject({
      code: "UNAUTHORIZED",
      hint: `log in with: wasm login ${hub.host}`,
    });
    await ping("right");
    await ping("right");
    await writeFile(path, `me:${bcrypt.hashSync("other", 4)}\n# changed\n`);
    await expect(ping("right")).rejects.toMatchObject({ code: "UNAUTHORIZED" });
    await ping("other");
  });

  test("a line that is no bcrypt entry is named", async () => {
    const path = join(folder, "users");
    await writeFile(path, "# people\nme:plain\n");
    await expect(startHub({ listen: "127.0.0.1:0", dataDir: folder, htpasswdFile: path })).rejects.toMatchObject({
      code: "HUB_HTPASSWD_INVALID",
      message: `${path}:2: not NAME:HASH with a bcrypt hash`,
    });
  });
});

describe("what comes over the wire", () => {
  test.each([
    "/v2/../../etc/passwd/blobs/sha256:x",
    "/v2/..%2f..%2fetc/manifests/latest",
    "/v2/%2e%2e/%2e%2e/blobs/uploads/",
    "/v2//etc/passwd/manifests/latest",
    "/v2/a/../b/tags/list",
    `/v2/a\\..\\b/blobs/${digestOf("")}`,
    "/v2/a/blobs/sha256:..%2f..%2fcatalogue.db",
    "/v2/a/blobs/uploads/..%2f..%2fcatalogue.db",
    "/v2/a%00b/manifests/latest",
    "/v2/%ff/manifests/latest",
  ])("%s is refused, and touches nothing", async (path) => {
    await using hub = await startTestHub();
    const before = await readdir(hub.dataDir, { recursive: true });
    for (const method of ["GET", "PUT", "POST", "DELETE"]) {
      const status = await send(hub.hub.port, method, path);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(500);
    }
    expect(await readdir(hub.dataDir, { recursive: true })).toEqual(before);
  });

  test("two pushes of one tag at once leave one of them, whole", async () => {
    await using hub = await startTestHub();
    const repository = new Registry(hub.host).repository("me/filter");
    const images = await Promise.all(["a", "b", "c", "d"].map((text) => image(text)));
    await Promise.all(images.map((packed) => writeImage(repository, packed, "v1")));
    const { digest } = await repository.resolve("v1");
    expect(images.map(({ manifest }) => manifest.descriptor.digest)).toContain(digest);
  });

  test("a manifest whose blobs are missing is refused", async () => {
    await using hub = await startTestHub();
    const repository = new Registry(hub.host).repository("me/filter");
    const { manifest } = await image("x");
    const push = repository.put(manifest.descriptor, async function* () {
      yield manifest.bytes;
    });
    await expect(push).rejects.toMatchObject({ code: "MANIFEST_BLOB_UNKNOWN" });
  });

  test("bytes that do not match their digest are refused", async () => {
    await using hub = await startTestHub();
    const url = `${hub.url}/v2/me/filter/blobs/uploads/`;
    const started = await fetch(url, { method: "POST" });
    const end = new URL(started.headers.get("location") ?? "", url);
    end.searchParams.set("digest", digestOf("something else"));
    const answer = await fetch(end, { method: "PUT", body: "bytes" });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ errors: [{ code: "DIGEST_INVALID" }] });
  });
});

function image(text: string): ReturnType<typeof packFilterImage> {
  const runtimeConfig = { type: "envoy_proxy", abiVersions: ["v0.2.1"], config: { rootIds: [text] } } as const;
  return packFilterImage({ module: Buffer.from(text), runtimeConfig });
}

/** As it is: `fetch` would tidy the path. */
function send(port: number, method: string, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port, method, path, agent: false }, (response) => {
      response.resume().once("end", () => resolve(response.statusCode ?? 0));
    });
    sent.once("error", reject).end();
  });
}
