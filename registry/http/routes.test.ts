import { readdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { digestOf, isDigest, isRepository, isTag, RegistryError } from "#oci";
import { isUploadId } from "../blobs/blob-store.ts";
import { startTestHub, type TestHub } from "../testing.ts";
import { findRoute } from "./routes.ts";
import { send, startUpload } from "./testing.ts";

const digest = digestOf("");
const uploadId = "5b0a9c1e-8a55-4a6e-9c0f-0123456789ab";

describe("findRoute()", () => {
  test.each([
    ["/v2", { kind: "base" }],
    ["/v2/", { kind: "base" }],
    ["/v2/_catalog", { kind: "catalog" }],
    ["/v2/a/tags/list", { kind: "tags", repository: "a" }],
    ["/v2/a/b-c/d_e.f/tags/list", { kind: "tags", repository: "a/b-c/d_e.f" }],
    ["/v2/a%2Fb/tags/list", { kind: "tags", repository: "a/b" }],
    ["/v2/a/manifests/v1.0-rc_1", { kind: "manifest", repository: "a", reference: "v1.0-rc_1" }],
    [`/v2/a/manifests/${digest}`, { kind: "manifest", repository: "a", reference: digest }],
    [`/v2/a/manifests/${digest.replace(":", "%3A")}`, { kind: "manifest", repository: "a", reference: digest }],
    [`/v2/a/blobs/${digest}`, { kind: "blob", repository: "a", digest }],
    ["/v2/a/blobs/uploads", { kind: "uploads", repository: "a" }],
    ["/v2/a/blobs/uploads/", { kind: "uploads", repository: "a" }],
    [`/v2/a/blobs/uploads/${uploadId}`, { kind: "upload", repository: "a", upload: { scope: "a", id: uploadId } }],
    [`/v2/a/referrers/${digest}`, { kind: "referrers", repository: "a", digest }],
    // The fixed words may be part of a name.
    ["/v2/a/tags/list/tags/list", { kind: "tags", repository: "a/tags/list" }],
    ["/v2/manifests/manifests/manifests", { kind: "manifest", repository: "manifests", reference: "manifests" }],
    ["/v2/blobs/uploads/blobs/uploads/", { kind: "uploads", repository: "blobs/uploads" }],
  ])("%s", (path, route) => {
    expect(findRoute(path)).toEqual(route);
  });

  test.each([
    ["/v2/x", "UNSUPPORTED", 404],
    ["/v2/a/manifests", "UNSUPPORTED", 404],
    ["/v2/a/manifests/", "UNSUPPORTED", 404],
    ["/v2/a/tags", "UNSUPPORTED", 404],
    ["/v2/a/tags/list/", "UNSUPPORTED", 404],
    ["/v2/tags/list", "UNSUPPORTED", 404],
    ["/v2/_catalog/x", "UNSUPPORTED", 404],
    ["/v2/A/tags/list", "NAME_INVALID", 400],
    [`/v2/${"a".repeat(256)}/tags/list`, "NAME_INVALID", 400],
    ["/v2/a/blobs/sha256:abc", "DIGEST_INVALID", 400],
    ["/v2/a/manifests/sha256:abc", "DIGEST_INVALID", 400],
    [`/v2/a/manifests/${"a".repeat(129)}`, "MANIFEST_INVALID", 400],
    ["/v2/a/manifests/.hidden", "MANIFEST_INVALID", 400],
    [`/v2/a/blobs/uploads/${uploadId.toUpperCase()}`, "BLOB_UPLOAD_UNKNOWN", 404],
    ["/v2/a/blobs/uploads/1", "BLOB_UPLOAD_UNKNOWN", 404],
  ])("%s is %s", (path, code, status) => {
    expect(() => findRoute(path)).toThrow(expect.objectContaining({ code, status }));
  });

  test("gives names that cannot walk a file system, whatever is asked for", () => {
    fc.assert(
      fc.property(trickyPath(), (path) => {
        let route: ReturnType<typeof findRoute>;
        try {
          route = findRoute(path);
        } catch (error) {
          expect(error).toBeInstanceOf(RegistryError);
          expect([400, 404]).toContain((error as RegistryError).status);
          return;
        }
        if ("repository" in route) {
          expect(isRepository(route.repository)).toBe(true);
          expect(route.repository).not.toMatch(/(?:^|\/)\.|\/\/|^\/|\/$|[^a-z0-9._/-]/);
        }
        if ("reference" in route) expect(isTag(route.reference) || isDigest(route.reference)).toBe(true);
        if ("digest" in route) expect(isDigest(route.digest)).toBe(true);
        if ("upload" in route) expect(isUploadId(route.upload.id)).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });
});

const tricks = [
  "..",
  ".",
  "...",
  "",
  "%2e%2e",
  "%2E.",
  "..%2f..%2f..%2fetc%2fpasswd",
  "%252e%252e%252f",
  "..%5c..%5cetc",
  "..\\..\\etc",
  "%2fetc%2fpasswd",
  "C:",
  "C:%5cwindows",
  "%00",
  "a%00.wasm",
  "%0a",
  "a%0d%0ax-header:1",
  "%ff",
  "%c0%ae%c0%ae",
  "%",
  "%zz",
  "%ef%bc%8e%ef%bc%8e",
  "%e2%80%ae",
  "%c3%a9",
  "~",
  "~root",
  "$HOME",
  "*",
  "-rf",
  "a".repeat(300),
  "a%20b",
  ";ls",
  "lock.db",
  "catalogue.db",
  ".git",
  "con",
  "sha256:..%2f..%2fcatalogue.db",
  `sha256:${"0".repeat(62)}..`,
  `..%2fme.${uploadId}`,
  "uploads",
] as const;

/** Paths of the API with a trick, or two, in any place. */
function trickyPath(): fc.Arbitrary<string> {
  const piece = fc.oneof(fc.constantFrom(...tricks, "a", "me/filter"), fc.string({ unit: "grapheme", maxLength: 8 }));
  const name = fc.array(piece, { minLength: 1, maxLength: 3 }).map((pieces) => pieces.join("/"));
  const last = fc.oneof(piece, fc.constantFrom("v1", digest, uploadId));
  const verb = fc.constantFrom("manifests", "blobs", "blobs/uploads", "tags", "referrers");
  return fc.tuple(name, verb, last).map((parts) => `/v2/${parts.join("/")}`);
}

describe("the hub, asked for paths that walk about", () => {
  let hub: TestHub;
  beforeAll(async () => {
    hub = await startTestHub();
    await startUpload(hub.url, "me/filter");
  });
  afterAll(() => hub[Symbol.asyncDispose]());

  /** Everything below the folder that holds the data folder, with sizes and times of change. */
  async function tree(): Promise<readonly string[]> {
    const folder = dirname(hub.dataDir);
    const names = (await readdir(folder, { recursive: true })).toSorted();
    return Promise.all(
      names.map(async (name) => {
        const { size, mtimeMs } = await stat(join(folder, name));
        return `${name} ${size} ${mtimeMs}`;
      }),
    );
  }

  const places: readonly (readonly [place: string, path: (trick: string) => string])[] = [
    ["a repository", (trick) => `/v2/${trick}/manifests/v1`],
    ["a part of a repository", (trick) => `/v2/me/${trick}/blobs/${digest}`],
    ["the repository of an upload", (trick) => `/v2/${trick}/x/blobs/uploads/${uploadId}`],
    ["a tag", (trick) => `/v2/me/filter/manifests/${trick}`],
    ["a digest", (trick) => `/v2/me/filter/blobs/${trick}`],
    ["a digest of referrers", (trick) => `/v2/me/filter/referrers/${trick}`],
    ["an upload", (trick) => `/v2/me/filter/blobs/uploads/${trick}`],
    ["the source of a mount", (trick) => `/v2/me/filter/blobs/uploads/?mount=${digest}&from=${trick}`],
    ["a digest of an upload", (trick) => `/v2/me/filter/blobs/uploads/?digest=${trick}`],
    ["a tag of a push by digest", (trick) => `/v2/me/filter/manifests/${digest}?tag=${trick}`],
  ];

  test.each(places)("in %s answers 4xx and touches no file", async (_place, path) => {
    const before = await tree();
    for (const trick of tricks) {
      for (const method of ["GET", "HEAD", "PUT", "PATCH", "DELETE", "POST"]) {
        if (method === "POST" && isUploadPlace(path(trick))) continue;
        const { status } = await send(hub.url, method, path(trick), method === "GET" ? {} : { body: "" });
        expect([method, path(trick), status >= 400 && status < 500]).toEqual([method, path(trick), true]);
      }
    }
    expect(await tree()).toEqual(before);
  });

  /** Whether a POST rightly starts an upload there: all names are odd at most. */
  function isUploadPlace(path: string): boolean {
    const [place = "", query] = path.split("?");
    const values = [...new URLSearchParams(query)].map(([, value]) => value);
    return /\/uploads\/?$/.test(place) && values.every((value) => isDigest(value) || isRepository(value));
  }
});
