import { Agent, request, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { digestOf } from "#oci";
import { startTestHub, type TestHub } from "../testing.ts";
import { imageOf, pushManifest, send, sendRaw } from "./testing.ts";

const digest = digestOf("module");

let hub: TestHub;
beforeAll(async () => {
  hub = await startTestHub();
  await pushManifest(hub.url, "me/filter", "v1", await imageOf(hub.url, "me/filter", "module"));
});
afterAll(() => hub[Symbol.asyncDispose]());

test.each(["/v2", "/v2/", "/v2/?x=y"])("GET %s says that this is a registry", async (path) => {
  expect(await send(hub.url, "GET", path)).toMatchObject({
    status: 200,
    headers: { "docker-distribution-api-version": "registry/2.0", "content-type": "application/json" },
    body: Buffer.from("{}"),
  });
});

const resources = [
  { path: "/v2/", allow: "GET, HEAD" },
  { path: "/v2/_catalog", allow: "GET, HEAD" },
  { path: "/v2/me/filter/tags/list", allow: "GET, HEAD" },
  { path: `/v2/me/filter/referrers/${digest}`, allow: "GET, HEAD" },
  { path: `/v2/me/filter/blobs/${digest}`, allow: "GET, HEAD, DELETE" },
  { path: "/v2/me/filter/blobs/uploads/", allow: "POST" },
  {
    path: "/v2/me/filter/blobs/uploads/5b0a9c1e-8a55-4a6e-9c0f-0123456789ab",
    allow: "GET, PATCH, PUT, DELETE",
  },
  { path: "/v2/me/filter/manifests/v1", allow: "GET, HEAD, PUT, DELETE" },
] as const;

describe("a method that a resource does not have", () => {
  const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"];
  test.each(resources)("$path allows $allow, and answers 405 to all others", async ({ path, allow }) => {
    for (const method of methods.filter((name) => !allow.split(", ").includes(name))) {
      const answer = await send(hub.url, method, path);
      expect([method, answer.status, answer.headers.allow]).toEqual([method, 405, allow]);
      if (method !== "HEAD") expect(answer.codes).toEqual(["UNSUPPORTED"]);
    }
  });
});

test.each([
  ["/v2/x", 404, "UNSUPPORTED"],
  ["/v2/me/filter/manifests/v9", 404, "MANIFEST_UNKNOWN"],
  ["/v2/ME/tags/list", 400, "NAME_INVALID"],
  ["/v2/never/seen/tags/list", 404, "NAME_UNKNOWN"],
])("the error of GET %s has the form of the specification: %i %s", async (path, status, code) => {
  const answer = await send(hub.url, "GET", path);
  expect(answer).toMatchObject({
    status,
    headers: {
      "content-type": "application/json",
      "docker-distribution-api-version": "registry/2.0",
      "content-length": String(answer.body.byteLength),
    },
  });
  const { errors } = JSON.parse(answer.body.toString()) as { errors: Record<string, unknown>[] };
  expect(errors).toHaveLength(1);
  expect(errors[0]).toMatchObject({ code, message: expect.stringMatching(/^[^\n]+$/) as string });
});

test.each([
  ["/v2/", 200],
  ["/v2/_catalog", 200],
  ["/v2/me/filter/tags/list", 200],
  ["/v2/me/filter/manifests/v1", 200],
  ["/v2/me/filter/manifests/v9", 404],
  [`/v2/me/filter/blobs/${digest}`, 200],
  [`/v2/me/filter/blobs/${digestOf("x")}`, 404],
  ["/v2/ME/tags/list", 400],
  ["/v2/me/filter/blobs/uploads/", 405],
])("HEAD %s: %i with the length of the body, and no body on the wire", async (path, status) => {
  const wire = await sendRaw(hub.url, `HEAD ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  expect(wire.split("\r\n")[0]).toContain(` ${status} `);
  expect(wire).toMatch(/\r\nContent-Length: \d+\r\n/i);
  expect(wire.indexOf("\r\n\r\n")).toBe(wire.length - 4);
});

test("errors leave the connection open for the next request", async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const { hostname, port } = new URL(hub.url);
  const get = async (path: string): Promise<number | undefined> => {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const sent = request({ hostname, port, path, agent }, resolve).once("error", reject);
    sent.end();
    const response = await promise;
    await text(response);
    return sent.socket?.localPort;
  };
  const ports = [await get("/v2/nothing"), await get("/v2/me/filter/manifests/v9"), await get("/v2/")];
  expect(new Set(ports).size).toBe(1);
  agent.destroy();
});
