import { rm, truncate } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Digest, digestHex, digestOf } from "#oci";
import { startTestHub, type TestHub } from "../testing.ts";
import { imageOf, pushBlob, pushManifest, send, startUpload } from "./testing.ts";

const bytes = "0123456789";
const digest = digestOf(bytes);
const path = `/v2/me/filter/blobs/${digest}`;

let hub: TestHub;
beforeAll(async () => {
  hub = await startTestHub();
  await pushBlob(hub.url, "me/filter", bytes);
});
afterAll(() => hub[Symbol.asyncDispose]());

const blobFile = (of: Digest): string => join(hub.dataDir, "blobs", "sha256", digestHex(of).slice(0, 2), digestHex(of));

describe("GET and HEAD of a blob", () => {
  const whole = {
    "content-length": "10",
    "content-type": "application/octet-stream",
    "docker-content-digest": digest,
    "docker-distribution-api-version": "registry/2.0",
    etag: `"${digest}"`,
    "accept-ranges": "bytes",
  };

  test.each([
    { method: "GET", headers: {}, status: 200, body: bytes, expected: whole },
    { method: "HEAD", headers: {}, status: 200, body: "", expected: whole },
    // A HEAD has no ranges (RFC 9110, 14.2).
    { method: "HEAD", headers: { range: "bytes=0-1" }, status: 200, body: "", expected: whole },
    {
      method: "GET",
      headers: { range: "bytes=2-4" },
      status: 206,
      body: "234",
      expected: { "content-range": "bytes 2-4/10", "content-length": "3", "docker-content-digest": digest },
    },
    { method: "GET", headers: { range: "bytes=8-" }, status: 206, body: "89", expected: { "content-length": "2" } },
    { method: "GET", headers: { range: "bytes=-1" }, status: 206, body: "9", expected: { "content-length": "1" } },
    {
      method: "GET",
      headers: { range: "bytes=10-" },
      status: 416,
      body: "",
      expected: { "content-range": "bytes */10" },
    },
    { method: "GET", headers: { range: "bytes=0-1,3-4" }, status: 200, body: bytes, expected: whole },
    {
      method: "GET",
      headers: { range: "bytes=2-4", "if-range": `"${digest}"` },
      status: 206,
      body: "234",
      expected: {},
    },
    {
      method: "GET",
      headers: { range: "bytes=2-4", "if-range": `"${digestOf("another")}"` },
      status: 200,
      body: bytes,
      expected: whole,
    },
    {
      method: "GET",
      headers: { "if-none-match": `"${digest}"` },
      status: 304,
      body: "",
      expected: { etag: `"${digest}"`, "content-length": undefined },
    },
    { method: "GET", headers: { "if-none-match": `"x", W/"${digest}"` }, status: 304, body: "", expected: {} },
    { method: "HEAD", headers: { "if-none-match": "*" }, status: 304, body: "", expected: {} },
    { method: "GET", headers: { "if-none-match": `"${digestOf("x")}"` }, status: 200, body: bytes, expected: whole },
  ])("$method with $headers: $status", async ({ method, headers, status, body, expected }) => {
    const answer = await send(hub.url, method, path, { headers });
    expect(answer.status).toBe(status);
    expect(answer.body.toString()).toBe(body);
    for (const [name, value] of Object.entries(expected)) expect([name, answer.headers[name]]).toEqual([name, value]);
  });

  test.each([
    { what: "was never pushed", path: `/v2/me/filter/blobs/${digestOf("x")}` },
    { what: "is in another repository", path: `/v2/you/filter/blobs/${digest}` },
    { what: "has a sha512 digest that nobody pushed", path: `/v2/me/filter/blobs/${digestOf(bytes, "sha512")}` },
  ])("one that $what is BLOB_UNKNOWN", async ({ path: unknown }) => {
    expect(await send(hub.url, "GET", unknown)).toMatchObject({ status: 404, codes: ["BLOB_UNKNOWN"] });
    expect(await send(hub.url, "HEAD", unknown)).toMatchObject({ status: 404, body: Buffer.alloc(0) });
  });

  test.each([
    ["lost", (file: string) => rm(file)],
    ["cut short", (file: string) => truncate(file, 3)],
  ])("one whose file is %s does not exist any more, until it is pushed again", async (how, damage) => {
    const { digest: damaged } = await pushBlob(hub.url, "me/filter", `a blob that is ${how}`);
    await damage(blobFile(damaged));
    const damagedPath = `/v2/me/filter/blobs/${damaged}`;
    expect(await send(hub.url, "HEAD", damagedPath)).toMatchObject({ status: 404 });
    expect(await send(hub.url, "GET", damagedPath)).toMatchObject({ status: 404, codes: ["BLOB_UNKNOWN"] });
    await pushBlob(hub.url, "me/filter", `a blob that is ${how}`);
    expect((await send(hub.url, "GET", damagedPath)).body.toString()).toBe(`a blob that is ${how}`);
  });
});

describe("DELETE of a blob", () => {
  test("takes it out of one repository only", async () => {
    const { digest: doomed } = await pushBlob(hub.url, "me/doomed", "doomed");
    await pushBlob(hub.url, "me/kept", "doomed");
    expect(await send(hub.url, "DELETE", `/v2/me/doomed/blobs/${doomed}`)).toMatchObject({ status: 202 });
    expect(await send(hub.url, "GET", `/v2/me/doomed/blobs/${doomed}`)).toMatchObject({ status: 404 });
    expect(await send(hub.url, "GET", `/v2/me/kept/blobs/${doomed}`)).toMatchObject({ status: 200 });
    expect(await send(hub.url, "DELETE", `/v2/me/doomed/blobs/${doomed}`)).toMatchObject({
      status: 404,
      codes: ["BLOB_UNKNOWN"],
    });
  });

  test("is refused while a manifest needs it", async () => {
    await pushManifest(hub.url, "me/used", "v1", await imageOf(hub.url, "me/used", "used"));
    const used = `/v2/me/used/blobs/${digestOf("used")}`;
    expect(await send(hub.url, "DELETE", used)).toMatchObject({ status: 405, codes: ["UNSUPPORTED"] });
    expect(await send(hub.url, "GET", used)).toMatchObject({ status: 200 });
  });
});

describe("a blob of another repository", () => {
  const mounts = (repository: string, query: string): Promise<unknown> =>
    send(hub.url, "POST", `/v2/${repository}/blobs/uploads/?${query}`);

  test("is mounted from the repository that is named, or from any when none is", async () => {
    const { digest: shared } = await pushBlob(hub.url, "me/shared", "shared");
    const mounted = { status: 201, headers: { "docker-content-digest": shared } };
    expect(await mounts("you/named", `mount=${shared}&from=me/shared`)).toMatchObject({
      ...mounted,
      headers: { ...mounted.headers, location: `/v2/you/named/blobs/${shared}` },
    });
    expect(await mounts("you/anonymous", `mount=${shared}`)).toMatchObject(mounted);
    for (const repository of ["you/named", "you/anonymous"]) {
      const { body } = await send(hub.url, "GET", `/v2/${repository}/blobs/${shared}`);
      expect(body.toString()).toBe("shared");
    }
  });

  test.each([
    ["is not in the repository that is named", `mount=${digest}&from=you/filter`],
    ["is nowhere", `mount=${digestOf("nowhere")}`],
  ])("that %s starts an upload in place of a mount, and shows nothing", async (_what, query) => {
    expect(await mounts("you/failed", query)).toMatchObject({
      status: 202,
      headers: { location: expect.stringMatching(/^\/v2\/you\/failed\/blobs\/uploads\/[0-9a-f-]{36}$/) as string },
    });
    expect(await send(hub.url, "GET", `/v2/you/failed/blobs/${digest}`)).toMatchObject({ status: 404 });
  });

  test.each([
    ["mount=sha256:abc", "DIGEST_INVALID"],
    [`mount=${digest}&from=../../etc`, "NAME_INVALID"],
    [`mount=${digest}&from=`, "NAME_INVALID"],
  ])("?%s is refused with %s", async (query, code) => {
    expect(await mounts("you/filter", query)).toMatchObject({ status: 400, codes: [code] });
  });

  test("cannot be reached by an upload of another repository", async () => {
    const upload = await startUpload(hub.url, "me/filter");
    const elsewhere = upload.replace("me/filter", "you/filter");
    for (const method of ["GET", "PATCH", "DELETE"]) {
      expect(await send(hub.url, method, elsewhere)).toMatchObject({ status: 404 });
    }
    expect(await send(hub.url, "GET", upload)).toMatchObject({ status: 204 });
  });
});
