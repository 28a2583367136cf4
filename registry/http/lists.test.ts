import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Descriptor, digestOf, largestManifestBytes, mediaTypes } from "#oci";
import { startTestHub, type TestHub } from "../testing.ts";
import { imageOf, pushManifest, send } from "./testing.ts";

// What /tags/list, /_catalog and /referrers/ have in common: they come in pages.

const tags = ["0", "A", "_x", "a", "b", "v1"];
const repositories = ["a/one", "b/two", "me/filter"];
const subject: Descriptor = { mediaType: mediaTypes.imageManifest, digest: digestOf("subject"), size: 7 };
const types = ["x/sbom", "x/readme", "x/sbom"];

let hub: TestHub;
/** By digest. */
let referrers: Descriptor[];
beforeAll(async () => {
  hub = await startTestHub();
  for (const name of repositories) {
    const image = await imageOf(hub.url, name, "module");
    for (const tag of tags.toReversed()) await pushManifest(hub.url, name, tag, image);
  }
  referrers = [];
  for (const [number, artifactType] of types.entries()) {
    const image = await imageOf(hub.url, "me/attached", `attached ${number}`, { subject, artifactType });
    referrers.push({ ...(await pushManifest(hub.url, "me/attached", `r${number}`, image)), artifactType });
  }
  referrers.sort((one, other) => (one.digest < other.digest ? -1 : 1));
});
afterAll(() => hub[Symbol.asyncDispose]());

interface Got {
  readonly body: { readonly repositories?: readonly string[]; readonly manifests?: readonly Descriptor[] };
  readonly next: string | undefined;
  readonly type: string | undefined;
}

async function get(path: string): Promise<Got> {
  const { status, headers, body } = await send(hub.url, "GET", path);
  expect(status).toBe(200);
  const next = /^<([^>]+)>; rel="next"$/.exec(headers["link"]?.toString() ?? "")?.[1];
  return { body: JSON.parse(body.toString()) as Got["body"], next, type: headers["content-type"] };
}

describe("/tags/list", () => {
  test.each([
    ["", tags, undefined],
    ["?n=100", tags, undefined],
    ["?n=6", tags, undefined],
    ["?n=2", ["0", "A"], "?n=2&last=A"],
    ["?n=2&last=A", ["_x", "a"], "?n=2&last=a"],
    ["?n=2&last=a", ["b", "v1"], undefined],
    ["?n=2&last=B", ["_x", "a"], "?n=2&last=a"],
    ["?last=b", ["v1"], undefined],
    ["?last=zzz", [], undefined],
    ["?n=0", [], undefined],
    ["?n=999999999", tags, undefined],
  ])("%s", async (query, page, next) => {
    const path = "/v2/me/filter/tags/list";
    const { body, next: link } = await get(`${path}${query}`);
    expect(body).toEqual({ name: "me/filter", tags: page });
    expect(link).toBe(next === undefined ? undefined : `${path}${next}`);
  });

  test.each(["-1", "x", "1.5", "", "1e3", "99999999999", "0x10"])("n=%s is refused", async (n) => {
    for (const path of ["/v2/me/filter/tags/list", "/v2/_catalog", `/v2/me/attached/referrers/${subject.digest}`]) {
      expect(await send(hub.url, "GET", `${path}?n=${n}`)).toMatchObject({ status: 400, codes: ["UNSUPPORTED"] });
    }
  });

  test("of a repository that is not there: NAME_UNKNOWN", async () => {
    expect(await send(hub.url, "GET", "/v2/never/seen/tags/list")).toMatchObject({
      status: 404,
      codes: ["NAME_UNKNOWN"],
    });
  });
});

describe("/_catalog", () => {
  test("walks through all repositories by its links", async () => {
    const seen: string[] = [];
    for (let path: string | undefined = "/v2/_catalog?n=3"; path !== undefined;) {
      const page: Got = await get(path);
      const { repositories: names = [] } = page.body;
      expect(names.length).toBeLessThanOrEqual(3);
      seen.push(...names);
      path = page.next;
    }
    expect(seen).toEqual(["a/one", "b/two", "me/attached", "me/filter"]);
  });
});

describe("/referrers/<digest>", () => {
  const path = `/v2/me/attached/referrers/${subject.digest}`;
  const filtersApplied = async (query: string): Promise<unknown> =>
    (await send(hub.url, "GET", path + query)).headers["oci-filters-applied"];

  test("is an index of the manifests with this subject", async () => {
    const { body, type } = await get(path);
    expect(type).toBe(mediaTypes.imageIndex);
    expect(body).toEqual({ schemaVersion: 2, mediaType: mediaTypes.imageIndex, manifests: referrers });
    expect(await filtersApplied("")).toBeUndefined();
  });

  test("of one artifact type says that it was filtered", async () => {
    const { body } = await get(`${path}?artifactType=x/sbom`);
    expect(body.manifests).toEqual(referrers.filter(({ artifactType }) => artifactType === "x/sbom"));
    expect(await filtersApplied("?artifactType=x/sbom")).toBe("artifactType");
    expect((await get(`${path}?artifactType=x/none`)).body.manifests).toEqual([]);
  });

  test("keeps the filter in the link to the next page", async () => {
    const first = await get(`${path}?n=1&artifactType=x/sbom`);
    expect(first.next).toMatch(/artifactType=x%2Fsbom/);
    const second = await get(first.next ?? "");
    expect([...(first.body.manifests ?? []), ...(second.body.manifests ?? [])]).toEqual(
      referrers.filter(({ artifactType }) => artifactType === "x/sbom"),
    );
    expect(second.next).toBeUndefined();
  });

  test("of something that nobody has pushed, or that nothing refers to, is empty", async () => {
    expect((await get(`/v2/me/attached/referrers/${digestOf("x")}`)).body.manifests).toEqual([]);
    expect((await get(`/v2/never/seen/referrers/${subject.digest}`)).body.manifests).toEqual([]);
  });

  test("with annotations too large for one answer comes in pages below the size that clients read", async () => {
    const about = { ...subject, digest: digestOf("with large annotations") };
    const text = "ü".repeat(largestManifestBytes / 5);
    for (const number of [1, 2, 3, 4]) {
      const extras = { subject: about, annotations: { text }, artifactType: "x/large" };
      await pushManifest(hub.url, "me/large", `r${number}`, await imageOf(hub.url, "me/large", `${number}`, extras));
    }
    let seen = 0;
    for (let next: string | undefined = `/v2/me/large/referrers/${about.digest}`; next !== undefined;) {
      const { body, headers } = await send(hub.url, "GET", next);
      expect(body.byteLength).toBeLessThanOrEqual(largestManifestBytes);
      seen += (JSON.parse(body.toString()) as { manifests: unknown[] }).manifests.length;
      next = /^<([^>]+)>/.exec(headers["link"]?.toString() ?? "")?.[1];
    }
    expect(seen).toBe(4);
  });
});
