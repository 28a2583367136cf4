import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { request } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { digestOf } from "#oci";
import { startTestHub, type TestHub } from "../testing.ts";
import { type Answer, send, type Sent, startUpload } from "./testing.ts";

let hub: TestHub;
beforeAll(async () => void (hub = await startTestHub()));
afterAll(() => hub[Symbol.asyncDispose]());

const patience = { interval: 5, timeout: 10_000 };

const bytes = "0123456789";
const digest = digestOf(bytes);
const start = (repository = "me/filter"): Promise<string> => startUpload(hub.url, repository);
const patch = (upload: string, body: string, range?: string): Promise<Answer> =>
  send(hub.url, "PATCH", upload, { body, headers: range === undefined ? {} : { "Content-Range": range } });
const finish = (upload: string, wanted: string, sent: Sent = {}): Promise<Answer> =>
  send(hub.url, "PUT", `${upload}?digest=${wanted}`, sent);
const received = async (upload: string): Promise<string | undefined> =>
  (await send(hub.url, "GET", upload)).headers.range;
const read = async (of: string, repository = "me/filter"): Promise<string> =>
  (await send(hub.url, "GET", `/v2/${repository}/blobs/${of}`)).body.toString();

describe("an upload", () => {
  test("begins with its place, its id and an empty range", async () => {
    const answer = await send(hub.url, "POST", "/v2/me/filter/blobs/uploads/");
    const id = answer.headers["docker-upload-uuid"];
    expect(answer).toMatchObject({
      status: 202,
      headers: { location: `/v2/me/filter/blobs/uploads/${String(id)}`, range: "0-0", "content-length": "0" },
    });
  });

  test("in one PUT ends with the blob's place and digest", async () => {
    const upload = await start();
    expect(await finish(upload, digest, { body: bytes })).toMatchObject({
      status: 201,
      headers: { location: `/v2/me/filter/blobs/${digest}`, "docker-content-digest": digest, "content-length": "0" },
    });
    expect(await read(digest)).toBe(bytes);
    expect(await send(hub.url, "GET", upload)).toMatchObject({ status: 404, codes: ["BLOB_UPLOAD_UNKNOWN"] });
  });

  test("in one POST needs no other request", async () => {
    const path = `/v2/me/single/blobs/uploads/?digest=${digest}`;
    expect(await send(hub.url, "POST", path, { body: bytes })).toMatchObject({
      status: 201,
      headers: { location: `/v2/me/single/blobs/${digest}`, "docker-content-digest": digest },
    });
    expect(await read(digest, "me/single")).toBe(bytes);
  });

  test("in chunks says after each how far it is, and takes a last chunk with the PUT", async () => {
    const upload = await start();
    expect(await patch(upload, "0123", "0-3")).toMatchObject({
      status: 202,
      headers: { range: "0-3", location: upload },
    });
    expect(await patch(upload, "456", "4-6")).toMatchObject({ status: 202, headers: { range: "0-6" } });
    expect(await send(hub.url, "GET", upload)).toMatchObject({
      status: 204,
      headers: { range: "0-6", location: upload },
    });
    expect(await finish(upload, digest, { body: "789", headers: { "Content-Range": "7-9" } })).toMatchObject({
      status: 201,
    });
    expect(await read(digest)).toBe(bytes);
  });

  test("streamed without a length or a range, as Docker does", async () => {
    const upload = await start();
    const sent = { body: bytes, headers: { "Transfer-Encoding": "chunked" } };
    expect(await send(hub.url, "PATCH", upload, sent)).toMatchObject({ status: 202, headers: { range: "0-9" } });
    expect(await finish(upload, digest)).toMatchObject({ status: 201 });
  });

  test("of nothing is the empty blob", async () => {
    expect(await finish(await start(), digestOf(""))).toMatchObject({ status: 201 });
    expect(await send(hub.url, "GET", `/v2/me/filter/blobs/${digestOf("")}`)).toMatchObject({
      status: 200,
      headers: { "content-length": "0" },
    });
  });

  test.each(["", "?digest-algorithm=sha512"])("may end with a sha512 digest%s", async (hint) => {
    const long = digestOf(`sha512${hint}`, "sha512");
    const answer = await send(hub.url, "POST", `/v2/me/filter/blobs/uploads/${hint}`);
    const upload = answer.headers.location ?? "";
    await send(hub.url, "PATCH", `${upload}${hint}`, { body: `sha512${hint}` });
    expect(await finish(upload, long)).toMatchObject({ status: 201, headers: { "docker-content-digest": long } });
    expect(await read(long)).toBe(`sha512${hint}`);
  });

  test.each([
    ["a gap", "6-9"],
    ["bytes that are there already", "2-5"],
    ["the beginning again", "0-3"],
  ])("refuses %s with 416 and says how far it is, and goes on from there", async (_what, range) => {
    const upload = await start();
    await patch(upload, "0123", "0-3");
    const wrong = [
      patch(upload, "xxxx", range),
      finish(upload, digest, { body: "xxxx", headers: { "Content-Range": range } }),
    ];
    for (const refused of [await wrong[0], await wrong[1]]) {
      expect(refused).toMatchObject({
        status: 416,
        codes: ["BLOB_UPLOAD_INVALID"],
        headers: { range: "0-3", location: upload },
      });
    }
    expect(await patch(upload, "456789", "4-9")).toMatchObject({ status: 202 });
    expect(await finish(upload, digest)).toMatchObject({ status: 201 });
  });

  test.each([
    ["five bytes", 400, "BLOB_UPLOAD_INVALID"],
    ["3-0", 400, "BLOB_UPLOAD_INVALID"],
    ["0-99", 400, "SIZE_INVALID"],
  ])("with Content-Range: %s and four bytes: %i %s", async (range, status, code) => {
    const upload = await start();
    expect(await patch(upload, "0123", range)).toMatchObject({ status, codes: [code] });
    expect(await send(hub.url, "GET", upload)).toMatchObject({ status: 204, headers: { range: "0-0" } });
  });

  test("is gone when it is cancelled", async () => {
    const upload = await start();
    await patch(upload, "0123");
    expect(await send(hub.url, "DELETE", upload)).toMatchObject({ status: 204 });
    for (const method of ["GET", "PATCH", "DELETE"]) {
      expect(await send(hub.url, method, upload)).toMatchObject({ status: 404 });
    }
    expect(await finish(upload, digest)).toMatchObject({ status: 404, codes: ["BLOB_UPLOAD_UNKNOWN"] });
  });
});

describe("bytes that do not match their digest", () => {
  const wrong = digestOf("something else");

  test.each([
    ["PUT", async (): Promise<Answer> => finish(await start("me/wrong"), wrong, { body: bytes })],
    [
      "POST",
      (): Promise<Answer> => send(hub.url, "POST", `/v2/me/wrong/blobs/uploads/?digest=${wrong}`, { body: bytes }),
    ],
  ])("by %s are DIGEST_INVALID, and nothing of them is left", async (_method, push) => {
    const before = await readdir(hub.dataDir, { recursive: true });
    expect(await push()).toMatchObject({ status: 400, codes: ["DIGEST_INVALID"] });
    expect(await send(hub.url, "GET", `/v2/me/wrong/blobs/${wrong}`)).toMatchObject({ status: 404 });
    expect(await send(hub.url, "GET", `/v2/me/wrong/blobs/${digest}`)).toMatchObject({ status: 404 });
    expect(await readdir(hub.dataDir, { recursive: true })).toEqual(before);
  });

  test.each(["", "?digest=", "?digest=sha256:abc", "?digest=md5:d41d8cd98f00b204e9800998ecf8427e"])(
    "a PUT with %j is DIGEST_INVALID, and the upload goes on",
    async (query) => {
      const upload = await start();
      await patch(upload, bytes);
      expect(await send(hub.url, "PUT", `${upload}${query}`)).toMatchObject({ status: 400, codes: ["DIGEST_INVALID"] });
      expect(await finish(upload, digest)).toMatchObject({ status: 201 });
    },
  );
});

describe("a client that goes away", () => {
  /** Sends the beginning of a body, waits until the hub has it, and drops the connection. */
  async function dropAfter(upload: string, method: "PATCH" | "PUT", part: string): Promise<void> {
    const url = new URL(method === "PUT" ? `${upload}?digest=${digest}` : upload, hub.url);
    const cut = request(url, { method, headers: { "Content-Length": 1_000_000 }, agent: false });
    const closed = new Promise((resolve) => cut.on("error", () => undefined).once("close", resolve));
    cut.write(part);
    await expect.poll(() => received(upload), patience).toBe(`0-${part.length - 1}`);
    cut.destroy();
    await closed;
  }

  test.each(["PATCH", "PUT"] as const)(
    "in the middle of a %s resumes where the hub says, and completes",
    async (method) => {
      const upload = await start();
      await dropAfter(upload, method, "0123");
      const { headers } = await send(hub.url, "GET", upload);
      const next = Number(headers.range?.split("-")[1]) + 1;
      expect(await patch(upload, bytes.slice(next), `${next}-9`)).toMatchObject({
        status: 202,
        headers: { range: "0-9" },
      });
      expect(await finish(upload, digest)).toMatchObject({ status: 201 });
      expect(await read(digest)).toBe(bytes);
    },
  );

  test("does not hold up the request with which it comes back, however late the hub notices", async () => {
    const upload = await start();
    // The old connection stays open, silent, in the middle of its chunk.
    const stuck = request(new URL(upload, hub.url), {
      method: "PATCH",
      headers: { "Content-Length": 100 },
      agent: false,
    });
    const broken = once(stuck, "error");
    stuck.write("0123");
    await expect.poll(() => received(upload), patience).toBe("0-3");
    expect(await patch(upload, "456789", "4-9")).toMatchObject({ status: 202, headers: { range: "0-9" } });
    await broken;
    expect(await finish(upload, digest)).toMatchObject({ status: 201 });
  });

  test("in the middle of a POST with a digest leaves nothing: nobody could resume it", async () => {
    const before = await readdir(join(hub.dataDir, "uploads"));
    const url = new URL(`/v2/me/filter/blobs/uploads/?digest=${digest}`, hub.url);
    const cut = request(url, { method: "POST", headers: { "Content-Length": 100 }, agent: false });
    cut.on("error", () => undefined);
    cut.write("0123");
    const uploads = (): Promise<string[]> => readdir(join(hub.dataDir, "uploads"));
    await expect.poll(uploads, patience).toHaveLength(before.length + 1);
    cut.destroy();
    await expect.poll(uploads, patience).toEqual(before);
  });
});
