import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Registry } from "#oci/client";
import { packFilterImage, writeImage } from "#oci/image";
import { startTestHub } from "../../registry/testing.ts";
import { Machine, smallestFilter } from "./machine.ts";

let machine: Machine;
beforeAll(async () => void (machine = await Machine.start()));
afterAll(() => machine[Symbol.asyncDispose]());

/** A proxy that knows nobody: it writes down what it is asked for. */
async function startProxy(): Promise<{ url: string; asked: string[] } & AsyncDisposable> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.writeHead(404).end();
  });
  server.on("connect", (request, socket) => {
    asked.push(`CONNECT ${request.url}`);
    socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  };
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, asked, [Symbol.asyncDispose]: close };
}

test("a registry elsewhere is asked through HTTP_PROXY and HTTPS_PROXY", async () => {
  await using proxy = await startProxy();
  const vars = { HTTP_PROXY: proxy.url, https_proxy: new URL(proxy.url).host };
  await machine.run(["pull", "hub.example/me/x:v1", "--plain-http"], { vars });
  expect(proxy.asked[0]).toBe("HEAD http://hub.example/v2/me/x/manifests/v1");
  const { status } = await machine.run(["pull", "hub.example/me/x:v1"], { vars });
  expect({ status, asked: proxy.asked.at(-1) }).toEqual({ status: 1, asked: "CONNECT hub.example:443" });
});

test("a registry on this machine is asked directly", async () => {
  await using proxy = await startProxy();
  await using hub = await startTestHub();
  const runtimeConfig = { type: "envoy_proxy", abiVersions: ["v0.2.1"], config: { rootIds: ["x"] } } as const;
  await writeImage(
    new Registry(hub.host).repository("me/x"),
    await packFilterImage({ module: smallestFilter, runtimeConfig }),
    "v1",
  );
  const { status } = await machine.run(["pull", `${hub.host}/me/x:v1`], { vars: { HTTP_PROXY: proxy.url } });
  expect({ status, asked: proxy.asked }).toEqual({ status: 0, asked: [] });
});

test("a proxy that is none is named", async () => {
  const { status, stderr } = await machine.run(["list"], { vars: { HTTPS_PROXY: "socks5://proxy.example" } });
  expect(status).toBe(1);
  expect(stderr).toContain('HTTPS_PROXY is not the URL of an HTTP proxy: "socks5://proxy.example"');
});
