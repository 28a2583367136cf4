import { afterEach, describe, expect, test } from "vitest";
import { bytesSource, describeBytes, type Descriptor, mediaTypes, readAll } from "#oci";
import { packFilterImage, packReferrer } from "#oci/image";
import { referrersTag } from "./referrers.ts";
import { Registry } from "./registry.ts";
import type { RemoteRepository } from "./repository.ts";
import { errorBody, FakeRegistry, type FakeScript } from "./testing.ts";

const open: FakeRegistry[] = [];
afterEach(async () => {
  for (const registry of open.splice(0)) await registry[Symbol.asyncDispose]();
});

async function serve(script: FakeScript): Promise<{ fake: FakeRegistry; repository: RemoteRepository }> {
  const fake = await FakeRegistry.start(script);
  open.push(fake);
  return { fake, repository: new Registry(fake.host, { retryDelayMs: 1 }).repository("me/a") };
}

const runtimeConfig = { type: "envoy_proxy", abiVersions: ["v0.2.1"], config: { rootIds: ["a"] } } as const;
const { manifest } = await packFilterImage({ module: Buffer.from("module"), runtimeConfig });
const { mediaType, digest, size } = manifest.descriptor;
const bytes = Buffer.from("a filter's module");
const blob = describeBytes("application/wasm", bytes);
const other = describeBytes("application/wasm", Buffer.from("another"));

describe("resolve()", () => {
  test("takes a descriptor from the headers of a HEAD", async () => {
    const headers = { "content-type": mediaType, "content-length": String(size), "docker-content-digest": digest };
    const { fake, repository } = await serve(() => ({ headers }));
    expect(await repository.resolve("v1")).toEqual(manifest.descriptor);
    expect(await repository.resolve(digest)).toEqual(manifest.descriptor);
    expect(fake.asked).toEqual(["HEAD /v2/me/a/manifests/v1", `HEAD /v2/me/a/manifests/${digest}`]);
  });

  test("says which manifests it accepts", async () => {
    let accepted: string | undefined;
    const { repository } = await serve(({ headers }) => {
      accepted = headers.accept;
      return { status: 404 };
    });
    await expect(repository.resolve("v1")).rejects.toMatchObject({ code: "CONTENT_NOT_FOUND" });
    for (const type of ["imageManifest", "imageIndex", "dockerManifest", "dockerManifestList"] as const) {
      expect(accepted).toContain(mediaTypes[type]);
    }
  });

  test.each([
    { name: "no digest", headers: { "content-type": mediaType, "content-length": String(size) } },
    { name: "no length", headers: { "content-type": mediaType, "docker-content-digest": digest } },
    { name: "no headers at all", headers: {} },
    { name: "405 for HEAD", headers: {}, status: 405 },
  ])("reads the manifest when there is $name", async ({ headers, status = 200 }) => {
    const { repository } = await serve(({ method }) =>
      method === "HEAD" ? { status, headers } : { headers: { "content-type": mediaType }, body: manifest.bytes },
    );
    expect(await repository.resolve("v1")).toEqual(manifest.descriptor);
  });

  test("notices a manifest that has another digest than was asked for", async () => {
    const { repository } = await serve(({ method }) =>
      method === "HEAD" ? {} : { headers: { "content-type": mediaType }, body: `${manifest.bytes.toString()} ` },
    );
    await expect(repository.resolve(digest)).rejects.toMatchObject({ code: "CONTENT_MISMATCH" });
  });

  test("refuses a page of HTML in place of a manifest", async () => {
    const { repository } = await serve(() => ({ headers: { "content-type": "text/html" }, body: "<h1>Welcome</h1>" }));
    await expect(repository.resolve("v1")).rejects.toMatchObject({
      code: "REGISTRY_ANSWER_INVALID",
      message: expect.stringContaining("text/html") as string,
    });
  });

  test("does not read a manifest without an end", async () => {
    const { repository } = await serve(({ method }) =>
      method === "HEAD" ? {} : { headers: { "content-type": mediaType }, body: Buffer.alloc(5 * 1024 * 1024, " ") },
    );
    await expect(repository.resolve("v1")).rejects.toMatchObject({ code: "REGISTRY_ANSWER_INVALID" });
  });

  test("a tag that does not exist is CONTENT_NOT_FOUND, with its name", async () => {
    const { fake, repository } = await serve(() => ({ status: 404, body: errorBody("MANIFEST_UNKNOWN", "no") }));
    await expect(repository.resolve("v9")).rejects.toMatchObject({
      code: "CONTENT_NOT_FOUND",
      message: `me/a:v9 not found in ${fake.host}`,
    });
  });

  test.each(["../../../secret", "a/b", "", "?x"])("asks nothing for %j, which is no tag", async (tag) => {
    const { fake, repository } = await serve(() => ({}));
    await expect(repository.resolve(tag)).rejects.toMatchObject({ code: "MANIFEST_INVALID" });
    expect(fake.asked).toEqual([]);
  });
});

describe("repository()", () => {
  test.each(["Me/a", "../a", "a//b", "", "a%2f..", "a?b"])("refuses the name %j", (name) => {
    expect(() => new Registry("127.0.0.1:1").repository(name)).toThrow(
      expect.objectContaining({ code: "NAME_INVALID" }) as Error,
    );
  });
});

describe("mount()", () => {
  test("201 is the blob's being there", async () => {
    const { fake, repository } = await serve(() => ({ status: 201 }));
    expect(await repository.mount(blob, "me/b")).toBe(true);
    expect(fake.asked).toEqual([`POST /v2/me/a/blobs/uploads/?mount=${encodeURIComponent(blob.digest)}&from=me%2Fb`]);
  });

  test("202 is an upload that was begun in its place, and is called off", async () => {
    const { fake, repository } = await serve(({ method }) =>
      method === "POST" ? { status: 202, headers: { location: "/v2/me/a/blobs/uploads/17" } } : { status: 204 },
    );
    expect(await repository.mount(blob, "me/b")).toBe(false);
    expect(fake.asked[1]).toBe("DELETE /v2/me/a/blobs/uploads/17");
  });

  test.each([403, 404, 405])("%i is a registry that does not mount", async (status) => {
    const { repository } = await serve(() => ({ status }));
    expect(await repository.mount(blob, "me/b")).toBe(false);
  });
});

describe("tags()", () => {
  test("follows the pages of a list", async () => {
    const { fake, repository } = await serve(({ query }) => {
      const last = query.get("last");
      if (last === null) {
        return { headers: { link: '</v2/me/a/tags/list?n=2&last=b>; rel="next"' }, body: '{"tags": ["a", "b"]}' };
      }
      if (last === "b") return { headers: { link: "<?last=c>; rel=next" }, body: '{"tags": ["c"]}' };
      return { body: '{"name": "me/a", "tags": null}' };
    });
    expect(await Array.fromAsync(repository.tags())).toEqual(["a", "b", "c"]);
    expect(fake.asked).toHaveLength(3);
  });

  test("ends when the pages go round in a circle", async () => {
    const { repository } = await serve(() => ({
      headers: { link: '</v2/me/a/tags/list?last=b>; rel="next"' },
      body: '{"tags": ["b"]}',
    }));
    expect(await Array.fromAsync(repository.tags())).toEqual(["b", "b"]);
  });

  test("does not follow a link to another host", async () => {
    const elsewhere = await serve(() => ({ body: '{"tags": ["secret"]}' }));
    const { repository } = await serve(() => ({
      headers: { link: `<http://${elsewhere.fake.host}/v2/me/a/tags/list>; rel="next"` },
      body: '{"tags": ["a"]}',
    }));
    await expect(Array.fromAsync(repository.tags())).rejects.toMatchObject({ code: "REGISTRY_ANSWER_INVALID" });
    expect(elsewhere.fake.asked).toEqual([]);
  });

  test("of a repository that is not there is CONTENT_NOT_FOUND", async () => {
    const { repository } = await serve(() => ({ status: 404 }));
    await expect(Array.fromAsync(repository.tags())).rejects.toMatchObject({ code: "CONTENT_NOT_FOUND" });
  });

  test.each(["<html>", "[1", "null", "7"])("refuses %s in place of a list", async (body) => {
    const { repository } = await serve(() => ({ body }));
    await expect(Array.fromAsync(repository.tags())).rejects.toMatchObject({ code: "REGISTRY_ANSWER_INVALID" });
  });

  test.each(['{"tags": "v1"}', '{"tags": [1, null, {}]}', "{}"])("makes no tags of %s", async (body) => {
    const { repository } = await serve(() => ({ body }));
    expect(await Array.fromAsync(repository.tags())).toEqual([]);
  });
});

describe("delete()", () => {
  test("removes a manifest, a blob, and a tag alone", async () => {
    const { fake, repository } = await serve(() => ({ status: 202 }));
    await repository.delete(manifest.descriptor);
    await repository.delete(blob);
    await repository.deleteTag("v1");
    expect(fake.asked).toEqual([
      `DELETE /v2/me/a/manifests/${digest}`,
      `DELETE /v2/me/a/blobs/${blob.digest}`,
      "DELETE /v2/me/a/manifests/v1",
    ]);
  });

  test("of what is not there is CONTENT_NOT_FOUND, and of what may not go is UNSUPPORTED", async () => {
    const { repository } = await serve(({ path }) => ({ status: path.endsWith("v1") ? 404 : 405 }));
    await expect(repository.deleteTag("v1")).rejects.toMatchObject({ code: "CONTENT_NOT_FOUND" });
    await expect(repository.deleteTag("v2")).rejects.toMatchObject({ code: "UNSUPPORTED" });
  });
});

describe("put() of a manifest", () => {
  test("sends it by digest, and the tag sends the same bytes", async () => {
    const bodies: string[] = [];
    const { fake, repository } = await serve(async (request) => {
      bodies.push((await request.body()).toString());
      return { status: 201 };
    });
    await repository.put(manifest.descriptor, bytesSource(manifest.bytes));
    await repository.tag(manifest.descriptor, "v1");
    expect(fake.asked).toEqual([`PUT /v2/me/a/manifests/${digest}`, "PUT /v2/me/a/manifests/v1"]);
    expect(bodies).toEqual([manifest.bytes.toString(), manifest.bytes.toString()]);
  });

  test("sends nothing when the bytes are not what the descriptor says", async () => {
    const { fake, repository } = await serve(() => ({ status: 201 }));
    const put = repository.put(manifest.descriptor, bytesSource(Buffer.from("{}")));
    await expect(put).rejects.toMatchObject({ code: "CONTENT_MISMATCH" });
    expect(fake.asked).toEqual([]);
  });

  test("carries what the registry said when it refuses", async () => {
    const { repository } = await serve(() => ({ status: 404, body: errorBody("MANIFEST_BLOB_UNKNOWN", "no blob") }));
    const put = repository.put(manifest.descriptor, bytesSource(manifest.bytes));
    await expect(put).rejects.toMatchObject({
      code: "MANIFEST_BLOB_UNKNOWN",
      status: 404,
      message: expect.stringContaining("no blob") as string,
    });
  });
});

describe("referrers", () => {
  const note = packReferrer({
    subject: manifest.descriptor,
    artifactType: "application/x",
    mediaType: "text/plain",
    title: "note.txt",
    bytes: Buffer.from("a note"),
  });
  const listed = (item: Descriptor, artifactType: string): Descriptor => ({ ...item, artifactType });
  const index = (...manifests: Descriptor[]): string =>
    JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.imageIndex, manifests });

  test("come from the API, page by page, of one type also when the registry does not filter", async () => {
    const [x, y] = [listed(note.manifest.descriptor, "application/x"), listed(other, "application/y")];
    const { fake, repository } = await serve(({ query }) =>
      query.has("page") ? { body: index(y) } : { headers: { link: '<?page=2>; rel="next"' }, body: index(x) },
    );
    expect(await Array.fromAsync(repository.referrers(manifest.descriptor))).toEqual([x, y]);
    expect(await Array.fromAsync(repository.referrers(manifest.descriptor, "application/y"))).toEqual([y]);
    expect(fake.asked).toContain(`GET /v2/me/a/referrers/${digest}?artifactType=application%2Fy`);
  });

  test.each(['{"manifests": "x"}', '{"manifests": [null]}', '{"manifests": [{"digest": "sha256:../x"}]}'])(
    "refuse the list %s",
    async (body) => {
      const { repository } = await serve(() => ({ body }));
      const list = Array.fromAsync(repository.referrers(manifest.descriptor));
      await expect(list).rejects.toMatchObject({ code: "MANIFEST_MALFORMED" });
    },
  );

  test("are none when the list is null, as some registries write", async () => {
    const { repository } = await serve(() => ({ body: '{"schemaVersion": 2, "manifests": null}' }));
    expect(await Array.fromAsync(repository.referrers(manifest.descriptor))).toEqual([]);
  });

  /** A registry of the specification's version 1.0: no referrers API, manifests by tag and digest. */
  async function oldRegistry(): Promise<{ repository: RemoteRepository; manifests: Map<string, Buffer> }> {
    const manifests = new Map<string, Buffer>();
    const { repository } = await serve(async (request) => {
      const name = /^\/v2\/me\/a\/manifests\/(.+)$/.exec(request.path)?.[1];
      if (name === undefined) return { status: 404 };
      if (request.method === "PUT") {
        const body = await request.body();
        manifests.set(name, body);
        manifests.set(describeBytes("", body).digest, body);
        return { status: 201 };
      }
      const body = manifests.get(name);
      const { mediaType: type = "" } = JSON.parse(body?.toString() ?? "{}") as { mediaType?: string };
      return body ? { headers: { "content-type": type }, body } : { status: 404 };
    });
    return { repository, manifests };
  }

  test("are kept under a tag where the registry does not know them", async () => {
    const { repository, manifests } = await oldRegistry();
    expect(await Array.fromAsync(repository.referrers(manifest.descriptor))).toEqual([]);
    await repository.put(note.manifest.descriptor, bytesSource(note.manifest.bytes));
    await repository.put(note.manifest.descriptor, bytesSource(note.manifest.bytes));
    const found = await Array.fromAsync(repository.referrers(manifest.descriptor, "application/x"));
    expect(found).toEqual([listed(note.manifest.descriptor, "application/x")]);
    expect(await Array.fromAsync(repository.referrers(manifest.descriptor, "application/z"))).toEqual([]);
    expect(manifests.has(`sha256-${digest.slice("sha256:".length)}`)).toBe(true);
    expect(await readAll(repository, note.manifest.descriptor)).toEqual(note.manifest.bytes);
  });

  test("are left to a registry that says it has processed the subject", async () => {
    const { fake, repository } = await serve(() => ({ status: 201, headers: { "oci-subject": digest } }));
    await repository.put(note.manifest.descriptor, bytesSource(note.manifest.bytes));
    expect(fake.asked).toEqual([`PUT /v2/me/a/manifests/${note.manifest.descriptor.digest}`]);
  });

  test("the tag of a long digest is cut to what a tag may be", () => {
    expect(referrersTag(describeBytes("", bytes).digest)).toHaveLength("sha256-".length + 64);
    const long = `sha512:${"a".repeat(128)}` as typeof digest;
    expect(referrersTag(long)).toBe(`sha512-${"a".repeat(64)}`);
  });
});
