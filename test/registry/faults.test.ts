import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { type IncomingMessage, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { digestOf } from "#oci";
import { pushBlob, send, startUpload } from "../../registry/http/testing.ts";
import { startHubProcess } from "./hub-process.ts";

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), "faults-"))));
afterEach(() => rm(folder, { recursive: true, force: true }));

test("a full disk: 507 in the specification's form, nothing visible, the hub goes on, and the upload is resumed when there is room", async () => {
  const data = join(folder, "data");
  const bytes = Buffer.alloc(3_000_000, "wasm");
  const digest = digestOf(bytes);
  let upload: string;
  {
    await using hub = await startHubProcess(data, { largestFileKib: 1024 });
    const single = `/v2/me/filter/blobs/uploads/?digest=${digest}`;
    const full = { status: 507, codes: ["HUB_STORAGE_FULL"] };
    expect(await send(hub.url, "POST", single, { body: bytes })).toMatchObject(full);
    upload = await startUpload(hub.url, "me/filter");
    expect(await send(hub.url, "PATCH", upload, { body: bytes })).toMatchObject(full);
    expect(hub.stderr()).toContain("the hub's disk is full");
    expect(await send(hub.url, "GET", `/v2/me/filter/blobs/${digest}`)).toMatchObject({ status: 404 });
    await pushBlob(hub.url, "me/filter", "a small one");
    expect(await hub.end("SIGTERM")).toBe(0);
  }
  await using roomy = await startHubProcess(data);
  const { headers } = await send(roomy.url, "GET", upload);
  const next = Number(headers.range?.split("-")[1]) + 1;
  expect(next).toBeGreaterThan(1);
  const rest = { body: bytes.subarray(next), headers: { "Content-Range": `${next}-${bytes.length - 1}` } };
  expect(await send(roomy.url, "PATCH", upload, rest)).toMatchObject({ status: 202 });
  expect(await send(roomy.url, "PUT", `${upload}?digest=${digest}`)).toMatchObject({ status: 201 });
  expect((await send(roomy.url, "GET", `/v2/me/filter/blobs/${digest}`)).body.equals(bytes)).toBe(true);
});

test("SIGTERM lets a push that runs end, and another hub has the folder then", async () => {
  const data = join(folder, "data");
  const hub = await startHubProcess(data);
  const upload = await startUpload(hub.url, "me/filter");
  const url = new URL(`${upload}?digest=${digestOf("0123456789")}`, hub.url);
  const running = request(url, { method: "PUT", headers: { "Content-Length": 10 } });
  running.write("01234");
  await expect
    .poll(() => send(hub.url, "GET", upload), { interval: 5, timeout: 10_000 })
    .toMatchObject({ headers: { range: "0-4" } });
  await expect(startHubProcess(data)).rejects.toThrow("HUB_DATA_IN_USE");

  const ended = hub.end("SIGTERM");
  await expect.poll(() => hub.stderr(), { interval: 5, timeout: 10_000 }).toContain("stopping");
  await expect(send(hub.url, "GET", "/v2/")).rejects.toThrow("ECONNREFUSED");
  running.end("56789");
  const [response] = (await once(running, "response")) as [IncomingMessage];
  expect(response.statusCode).toBe(201);
  response.resume();
  expect(await ended).toBe(0);

  await using next = await startHubProcess(data);
  const { body } = await send(next.url, "GET", `/v2/me/filter/blobs/${digestOf("0123456789")}`);
  expect(body.toString()).toBe("0123456789");
});
