import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Descriptor, digestOf, type ImageManifest, largestManifestBytes, type Manifest, mediaTypes } from "#oci";
import { startTestHub, type TestHub } from "../testing.ts";
import { type Answer, imageOf, pushBlob, pushManifest, send } from "./testing.ts";

const { imageManifest, imageIndex, dockerManifest } = mediaTypes;

let hub: TestHub;
let image: ImageManifest;
let pushed: Descriptor;
beforeAll(async () => {
  hub = await startTestHub();
  image = await imageOf(hub.url, "me/filter", "module");
  pushed = await pushManifest(hub.url, "me/filter", "v1", image);
});
afterAll(() => hub[Symbol.asyncDispose]());

function put(reference: string, body: string | Uint8Array, headers: Record<string, string> = {}): Promise<Answer> {
  return send(hub.url, "PUT", `/v2/me/filter/manifests/${reference}`, {
    body,
    headers: { "Content-Type": imageManifest, ...headers },
  });
}

describe("GET and HEAD of a manifest", () => {
  test.each(["tag", "digest"])("by %s give its bytes, type, digest and length", async (by) => {
    const path = `/v2/me/filter/manifests/${by === "tag" ? "v1" : pushed.digest}`;
    const expected = {
      status: 200,
      headers: {
        "content-type": imageManifest,
        "content-length": String(pushed.size),
        "docker-content-digest": pushed.digest,
        etag: `"${pushed.digest}"`,
        "cache-control": by === "tag" ? "no-cache" : "max-age=31536000, immutable",
      },
    };
    expect(await send(hub.url, "GET", path)).toMatchObject({ ...expected, body: Buffer.from(JSON.stringify(image)) });
    expect(await send(hub.url, "HEAD", path)).toMatchObject({ ...expected, body: Buffer.alloc(0) });
  });

  test.each([
    { headers: { accept: imageManifest }, status: 200 },
    { headers: { accept: `${dockerManifest}, ${imageManifest}` }, status: 200 },
    { headers: { accept: "*/*" }, status: 200 },
    { headers: { accept: imageIndex }, status: 404 },
    { headers: { accept: [imageIndex, imageManifest] }, status: 200 },
    { headers: { "if-none-match": '"sha256:other"' }, status: 200 },
    { headers: { "if-none-match": "*" }, status: 304 },
  ])("with $headers: $status", async ({ headers, status }) => {
    expect(await send(hub.url, "GET", "/v2/me/filter/manifests/v1", { headers })).toMatchObject({
      status,
      ...(status === 404 ? { codes: ["MANIFEST_UNKNOWN"] } : {}),
    });
  });

  test.each([
    ["a tag", "/v2/me/filter/manifests/v2"],
    ["a digest", `/v2/me/filter/manifests/${digestOf("x")}`],
    ["a repository", "/v2/never/seen/manifests/v1"],
  ])("of %s that is not there: 404 MANIFEST_UNKNOWN", async (_what, path) => {
    expect(await send(hub.url, "GET", path)).toMatchObject({ status: 404, codes: ["MANIFEST_UNKNOWN"] });
    expect(await send(hub.url, "HEAD", path)).toMatchObject({ status: 404, body: Buffer.alloc(0) });
  });
});

describe("PUT of a manifest", () => {
  test("answers with its place and digest, by tag and by digest", async () => {
    const body = JSON.stringify(image);
    const expected = {
      status: 201,
      headers: {
        location: `/v2/me/filter/manifests/${pushed.digest}`,
        "docker-content-digest": pushed.digest,
        "content-length": "0",
      },
    };
    expect(await put("again", body)).toMatchObject(expected);
    expect(await put(pushed.digest, body)).toMatchObject(expected);
    const long = digestOf(body, "sha512");
    expect(await put(long, body)).toMatchObject({ status: 201, headers: { "docker-content-digest": long } });
    expect(await send(hub.url, "GET", `/v2/me/filter/manifests/${long}`)).toMatchObject({ body: Buffer.from(body) });
  });

  test("with a subject says that the referrers API knows it", async () => {
    const subject = { mediaType: imageManifest, digest: digestOf("not here yet"), size: 12 };
    const body = JSON.stringify({ ...image, subject });
    expect(await put("signed", body)).toMatchObject({ status: 201, headers: { "oci-subject": subject.digest } });
  });

  const refusals: readonly {
    readonly what: string;
    readonly body: () => string | Uint8Array;
    readonly headers?: Record<string, string>;
    readonly reference?: string;
    readonly status?: number;
    readonly code?: string;
  }[] = [
    { what: "that is empty", body: () => "" },
    { what: "that is not JSON", body: () => "{" },
    {
      what: "that is not UTF-8",
      body: () => Buffer.from(JSON.stringify({ ...image, annotations: { name: "é" } }), "latin1"),
    },
    { what: "that is no object", body: () => "[]" },
    { what: "of schema 1", body: () => JSON.stringify({ ...image, schemaVersion: 1 }) },
    { what: "without a config", body: () => JSON.stringify({ ...image, config: undefined }) },
    { what: "whose layers are no list", body: () => JSON.stringify({ ...image, layers: {} }) },
    {
      what: "with a digest that is none",
      body: () => JSON.stringify({ ...image, layers: [{ mediaType: "x/y", digest: "sha256:../../x", size: 1 }] }),
    },
    { what: "whose annotations are no strings", body: () => JSON.stringify({ ...image, annotations: { a: 1 } }) },
    {
      what: "sent as another type than its own",
      body: () => JSON.stringify(image),
      headers: { "Content-Type": dockerManifest },
    },
    {
      what: "sent as an index",
      body: () => JSON.stringify({ ...image, mediaType: undefined }),
      headers: { "Content-Type": imageIndex },
    },
    {
      what: "of a type that is none of ours",
      body: () => JSON.stringify({ ...image, mediaType: undefined }),
      headers: { "Content-Type": "application/json" },
    },
    {
      what: "under another digest",
      body: () => JSON.stringify(image),
      reference: digestOf("another"),
      code: "DIGEST_INVALID",
    },
    {
      what: "whose layer was not pushed",
      body: () =>
        JSON.stringify({ ...image, layers: [{ mediaType: "x/y", digest: digestOf("not pushed"), size: 10 }] }),
      status: 404,
      code: "MANIFEST_BLOB_UNKNOWN",
    },
    {
      what: "that says a wrong size",
      body: () => JSON.stringify({ ...image, layers: image.layers.map((layer) => ({ ...layer, size: 1 })) }),
    },
  ];
  test.each(refusals)("$what is refused, and not there", async (row) => {
    const { body, headers = {}, reference = "refused", status = 400, code = "MANIFEST_INVALID" } = row;
    expect(await put(reference, body(), headers)).toMatchObject({ status, codes: [code] });
    expect(await send(hub.url, "GET", `/v2/me/filter/manifests/${reference}`)).toMatchObject({ status: 404 });
  });

  test.each([
    ["says how long it is", {}],
    ["does not say how long it is", { "Transfer-Encoding": "chunked" }],
  ])("that is too large and %s: 413", async (_what, headers) => {
    const body = JSON.stringify({ ...image, annotations: { x: "x".repeat(largestManifestBytes) } });
    expect(await put("large", body, headers)).toMatchObject({ status: 413, codes: ["MANIFEST_INVALID"] });
  });

  test("of the largest size that is allowed is taken", async () => {
    const empty = JSON.stringify({ ...image, annotations: { x: "" } }).length;
    const body = JSON.stringify({ ...image, annotations: { x: "x".repeat(largestManifestBytes - empty) } });
    expect(await put("largest", body)).toMatchObject({ status: 201 });
  });

  test("without a Content-Type is what it says itself", async () => {
    const index = JSON.stringify({ schemaVersion: 2, mediaType: imageIndex, manifests: [pushed] });
    const path = "/v2/me/filter/manifests/index";
    expect(await send(hub.url, "PUT", path, { body: index })).toMatchObject({ status: 201 });
    expect(await send(hub.url, "GET", path)).toMatchObject({ headers: { "content-type": imageIndex } });
  });
});

describe("PUT of a manifest by digest with ?tag=", () => {
  const query = (...tags: readonly string[]): string => tags.map((tag) => `tag=${encodeURIComponent(tag)}`).join("&");

  test("sets each tag once, and says which", async () => {
    const answer = await put(`${pushed.digest}?${query("one", "two", "one")}`, JSON.stringify(image));
    expect(answer).toMatchObject({ status: 201, headers: { "oci-tag": "one, two" } });
    for (const tag of ["one", "two"]) {
      expect(await send(hub.url, "HEAD", `/v2/me/filter/manifests/${tag}`)).toMatchObject({
        status: 200,
        headers: { "docker-content-digest": pushed.digest },
      });
    }
  });

  test.each([
    ["a tag that is none", () => `${pushed.digest}?${query("good", "../bad")}`, 400],
    ["a push by tag", () => `v1?${query("good")}`, 400],
    ["too many", () => `${pushed.digest}?${query(...Array.from({ length: 101 }, (_, n) => `many-${n}`))}`, 414],
  ])("with %s is refused whole", async (_what, reference, status) => {
    expect(await put(reference(), JSON.stringify(image))).toMatchObject({ status, codes: ["MANIFEST_INVALID"] });
    for (const tag of ["good", "many-0"]) {
      expect(await send(hub.url, "HEAD", `/v2/me/filter/manifests/${tag}`)).toMatchObject({ status: 404 });
    }
  });
});

describe("DELETE of a manifest", () => {
  test("by tag takes the tag alone; by digest the manifest and its tags", async () => {
    await pushBlob(hub.url, "me/doomed", "module");
    const { digest } = await pushManifest(hub.url, "me/doomed", "v1", await imageOf(hub.url, "me/doomed", "doomed"));
    await pushManifest(hub.url, "me/doomed", "v2", await imageOf(hub.url, "me/doomed", "doomed"));
    const at = (reference: string): string => `/v2/me/doomed/manifests/${reference}`;
    expect(await send(hub.url, "DELETE", at("v1"))).toMatchObject({ status: 202, headers: { "content-length": "0" } });
    expect(await send(hub.url, "GET", at("v1"))).toMatchObject({ status: 404 });
    expect(await send(hub.url, "GET", at(digest))).toMatchObject({ status: 200 });
    expect(await send(hub.url, "DELETE", at(digest))).toMatchObject({ status: 202 });
    for (const reference of [digest, "v2"]) {
      expect(await send(hub.url, "GET", at(reference))).toMatchObject({ status: 404 });
      expect(await send(hub.url, "DELETE", at(reference))).toMatchObject({ status: 404, codes: ["MANIFEST_UNKNOWN"] });
    }
  });

  test("is refused while an index lists it", async () => {
    const child = await pushManifest(hub.url, "me/index", "child", await imageOf(hub.url, "me/index", "child"));
    const index: Manifest = { schemaVersion: 2, mediaType: imageIndex, manifests: [child] };
    await pushManifest(hub.url, "me/index", "all", index);
    expect(await send(hub.url, "DELETE", `/v2/me/index/manifests/${child.digest}`)).toMatchObject({
      status: 405,
      codes: ["UNSUPPORTED"],
    });
  });
});
