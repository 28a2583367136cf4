import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { partOrReason } from "../tools/parts/mod.ts";
import { EnvoyAdmin } from "./admin.ts";
import { type RunningEnvoy, startEnvoy } from "./start.ts";
import { bootstrap } from "./testing.ts";

const envoy = await partOrReason("envoy");
const path = "path" in envoy ? envoy.path : "";

const resources = `static_resources:
  listeners:
    - name: tcp
      address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
      filter_chains: &chains
        - filters:
            - name: envoy.filters.network.tcp_proxy
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy
                stat_prefix: a
                cluster: upstream
    - name: socket
      address: { pipe: { path: SOCKET } }
      filter_chains: *chains
  clusters:
    - name: upstream
      connect_timeout: 1s
`;

describe.skipIf(!path)("the admin interface of a real Envoy", () => {
  let folder: string;
  let running: RunningEnvoy;
  let admin: EnvoyAdmin;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "envoy-admin-"));
    const configPath = join(folder, "envoy.yaml");
    await writeFile(configPath, bootstrap(resources.replace("SOCKET", join(folder, "socket"))));
    running = await startEnvoy({ path, configPath, concurrency: 1 });
    ({ admin } = running);
  });
  afterAll(async () => {
    await running.stop();
    await rm(folder, { recursive: true });
  });

  test("says that it is ready, and what it is", async () => {
    expect(await admin.isReady()).toBe(true);
    expect(await admin.serverInfo()).toMatchObject({ state: "LIVE", version: "1.40.0" });
  });

  test("lists the listeners with the ports that they have, and sockets by their path", async () => {
    const [tcp, socket] = await admin.listeners();
    expect(tcp).toEqual({ name: "tcp", address: `127.0.0.1:${tcp?.port}`, port: expect.any(Number) });
    expect(tcp?.port).toBeGreaterThan(0);
    expect(socket).toEqual({ name: "socket", address: join(folder, "socket"), port: 0 });
  });

  test("dumps a part of the configuration, and none where there is none", async () => {
    expect(await admin.configDump("static_listeners")).toMatchObject([
      { listener: { name: "tcp" } },
      { listener: { name: "socket" } },
    ]);
    expect(await admin.configDump("ecds_filters")).toEqual([]);
    expect(await admin.configDump("no_such_section")).toEqual([]);
  });

  test("gives numbers and texts by name, of those that are asked for", async () => {
    const stats = await admin.stats("^(server.live|listener_manager.total_listeners_active|control_plane.identifier)$");
    expect(Object.fromEntries(stats)).toMatchObject({ "server.live": 1, "listener_manager.total_listeners_active": 2 });
    expect(await admin.stats("^no such name$")).toEqual(new Map());
  });

  test("lists the clusters", async () => {
    expect(await admin.clusters()).toMatchObject([{ name: "upstream" }]);
  });

  test("changes the level of one logger, and refuses what is no level", async () => {
    await admin.setLogLevel("debug", "admin");
    await admin.stats("^server.live$");
    await running.logged("[debug][admin]");
    await expect(admin.setLogLevel("shouting")).rejects.toMatchObject({
      code: "ENVOY_ADMIN_FAILED",
      message: expect.stringMatching(/^POST .*\/logging\?level=shouting failed: 4\d\d /),
    });
  });

  test("is the same by an address with and without a scheme and a slash", async () => {
    const bare = new EnvoyAdmin(admin.url.replace("http://", ""));
    expect(bare.url).toBe(admin.url);
    expect(new EnvoyAdmin(`${admin.url}//`).url).toBe(admin.url);
    expect(await bare.isReady()).toBe(true);
  });
});

describe("what is no admin interface of an Envoy", () => {
  const servers: Server[] = [];
  afterAll(() => Promise.all(servers.map((server) => close(server))));

  async function serve(listener: RequestListener, timeoutMs?: number): Promise<EnvoyAdmin> {
    const server = createServer(listener);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    return new EnvoyAdmin(`127.0.0.1:${port}`, timeoutMs === undefined ? {} : { timeoutMs });
  }

  /** Every question whose answer is read. */
  const questions: readonly (readonly [string, (admin: EnvoyAdmin, signal?: AbortSignal) => Promise<unknown>])[] = [
    ["serverInfo()", (admin, signal) => admin.serverInfo(signal)],
    ["listeners()", (admin, signal) => admin.listeners(signal)],
    ["configDump()", (admin, signal) => admin.configDump("ecds_filters", signal)],
    ["stats()", (admin, signal) => admin.stats("x", signal)],
    ["clusters()", (admin, signal) => admin.clusters(signal)],
    ["setLogLevel()", (admin, signal) => admin.setLogLevel("info", "wasm", signal)],
    ["drain()", (admin, signal) => admin.drain(signal)],
  ];
  const reads = questions.slice(0, 5);

  test.each(reads)("%s refuses answers that are not JSON, or not Envoy's", async (_, ask) => {
    const texts = ["<html>", "", "null", "7", '"x"'];
    for (const text of texts) {
      const admin = await serve((_, response) => response.end(text));
      await expect(ask(admin)).rejects.toMatchObject({
        code: "ENVOY_ADMIN_FAILED",
        message: expect.stringContaining("an answer that is not JSON of Envoy's"),
        detail: { url: admin.url },
      });
    }
  });

  test("lists that are none are refused", async () => {
    const body = JSON.stringify({ listener_statuses: {}, configs: "x", stats: 7, cluster_statuses: true });
    const admin = await serve((_, response) => response.end(body));
    for (const [, ask] of reads.slice(1)) {
      await expect(ask(admin)).rejects.toMatchObject({
        code: "ENVOY_ADMIN_FAILED",
        message: expect.stringContaining("is not a list"),
      });
    }
  });

  test("a server that says nothing of an Envoy is none", async () => {
    const admin = await serve((_, response) => response.end('{"version": "2.0", "status": "ok"}'));
    await expect(admin.serverInfo()).rejects.toMatchObject({ code: "ENVOY_ADMIN_FAILED" });
  });

  test.each(questions)("%s says what a server answers that refuses", async (_, ask) => {
    const admin = await serve((_, response) => response.writeHead(503).end("no healthy upstream\n"));
    await expect(ask(admin)).rejects.toMatchObject({
      code: "ENVOY_ADMIN_FAILED",
      message: expect.stringMatching(/ failed: 503 no healthy upstream$/),
    });
    expect(await admin.isReady()).toBe(false);
  });

  test.each(questions)("%s does not wait for ever, neither for an answer nor for its end", async (_, ask) => {
    const silent = await serve(() => undefined, 50);
    const endless = await serve((_, response) => response.writeHead(200).write("{"), 50);
    for (const admin of [silent, endless]) {
      await expect(ask(admin)).rejects.toMatchObject({
        code: "ENVOY_ADMIN_UNREACHABLE",
        message: expect.stringContaining("it has not answered in 0.05 seconds"),
      });
      expect(await admin.isReady()).toBe(false);
    }
  });

  test.each(questions)("%s of an address where nothing listens is ENVOY_ADMIN_UNREACHABLE", async (_, ask) => {
    const admin = await serve(() => undefined);
    await close(servers.pop());
    await expect(ask(admin)).rejects.toMatchObject({
      code: "ENVOY_ADMIN_UNREACHABLE",
      message: expect.stringContaining("ECONNREFUSED"),
      detail: { url: admin.url },
    });
  });

  test.each(questions)("%s ends when the person gives up", async (_, ask) => {
    const asked = Promise.withResolvers<void>();
    const admin = await serve(() => asked.resolve());
    const controller = new AbortController();
    void asked.promise.then(() => controller.abort(new Error("interrupted")));
    await expect(ask(admin, controller.signal)).rejects.toThrow("interrupted");
  });
});

async function close(server: Server | undefined): Promise<void> {
  server?.closeAllConnections();
  await new Promise((resolve) => server?.close(resolve));
}
