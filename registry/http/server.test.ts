import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { Agent, request, type IncomingMessage } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer, text } from "node:stream/consumers";
import bcrypt from "bcryptjs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { silentLogger } from "#core";
import { digestOf, largestManifestBytes } from "#oci";
import { MemoryBlobStore } from "../blobs/memory.ts";
import { openSqliteCatalogue } from "../catalogue/sqlite/catalogue.ts";
import { startTestHub } from "../testing.ts";
import { makeServer, stopServer, type Timeouts } from "./server.ts";
import { pushBlob, send, sendRaw, startUpload } from "./testing.ts";
import { UploadTurns } from "./upload-turns.ts";

describe("passwords", () => {
  let folder: string;
  beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), "users-"))));
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const basic = (credentials: string): { authorization: string } => ({
    authorization: `Basic ${Buffer.from(credentials).toString("base64")}`,
  });
  const challenge = 'Basic realm="WebAssembly Hub", charset="UTF-8"';

  test("are asked for below /v2/ and by the pages, and not by the health check", async () => {
    const users = join(folder, "users");
    await writeFile(users, `me:${bcrypt.hashSync("pass:wörd", 4)}\n`);
    await using hub = await startTestHub({ htpasswdFile: users });

    const refused = [{}, basic("me:wrong"), basic("you:pass:wörd"), basic("me"), { authorization: "Bearer abc" }];
    for (const headers of refused) {
      for (const path of ["/v2/", `/v2/me/filter/blobs/${digestOf("")}`, "/v2/nothing", "/v2/_catalog"]) {
        expect(await send(hub.url, "GET", path, { headers })).toMatchObject({
          status: 401,
          codes: ["UNAUTHORIZED"],
          headers: { "www-authenticate": challenge },
        });
      }
      for (const path of ["/", "/r/me/filter", "/api/v1/repositories", "/nothing"]) {
        const answer = await send(hub.url, "GET", path, { headers });
        expect([path, answer.status, answer.headers["www-authenticate"]]).toEqual([path, 401, challenge]);
      }
    }
    const upload = "/v2/me/filter/blobs/uploads/";
    expect(await send(hub.url, "POST", upload, { body: "x" })).toMatchObject({ status: 401 });
    expect(await send(hub.url, "POST", upload, { headers: basic("me:pass:wörd") })).toMatchObject({ status: 202 });
    for (const path of ["/v2/", "/", "/api/v1/repositories"]) {
      const answer = await send(hub.url, "GET", path, { headers: basic("me:pass:wörd") });
      expect([path, answer.status]).toEqual([path, 200]);
    }
    expect(await send(hub.url, "GET", "/healthz")).toMatchObject({ status: 200 });
  });

  test("whose file breaks while the hub runs let nobody in, and do not say where the file is", async () => {
    const users = join(folder, "users");
    await writeFile(users, `me:${bcrypt.hashSync("right", 4)}\n`);
    await using hub = await startTestHub({ htpasswdFile: users });
    await writeFile(users, "me:right\n");
    for (const path of ["/v2/", "/"]) {
      const answer = await send(hub.url, "GET", path, { headers: basic("me:right") });
      expect(answer.status).toBe(500);
      expect(answer.body.toString()).not.toContain(folder);
    }
  });
});

describe("a request that is refused before all of its body has come", () => {
  test("is answered, also to a client that reads only when everything is sent", async () => {
    await using hub = await startTestHub();
    const length = largestManifestBytes * 4;
    const socket = connect({ host: "127.0.0.1", port: hub.hub.port }).pause();
    socket.write(`PUT /v2/me/filter/manifests/v1 HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n\r\n`);
    await new Promise<void>((resolve, reject) => {
      socket.write(Buffer.alloc(length, "x"), (error) => (error ? reject(error) : resolve()));
    });
    const answer = await text(socket);
    expect(answer).toContain("413 Payload Too Large");
    expect(answer).toContain("Connection: close");
    expect(answer).toContain("MANIFEST_INVALID");
  });

  test("is not sent at all by a client that waits for 100 Continue", async () => {
    await using hub = await startTestHub();
    const head = "PUT /v2/NO/manifests/v1 HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 10\r\n\r\n";
    const answer = await sendRaw(hub.url, head);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    const upload = await startUpload(hub.url, "me/filter");
    const headers = { Expect: "100-continue", "Content-Length": 10 };
    const sent = request(new URL(upload, hub.url), { method: "PATCH", headers, agent: false });
    sent.flushHeaders();
    await once(sent, "continue");
    sent.end("0123456789");
    const [response] = (await once(sent, "response")) as [IncomingMessage];
    expect(response.statusCode).toBe(202);
    response.resume();
  });
});

describe("makeServer()", () => {
  const patience = { interval: 5, timeout: 10_000 };
  let logged: string[] = [];
  beforeEach(() => void (logged = []));
  async function serve(
    options: { timeouts?: Timeouts; blobs?: MemoryBlobStore } = {},
  ): Promise<AsyncDisposable & { url: string; server: ReturnType<typeof makeServer> }> {
    const catalogue = openSqliteCatalogue(":memory:");
    const server = makeServer({
      stores: { blobs: options.blobs ?? new MemoryBlobStore(), catalogue, turns: new UploadTurns() },
      gate: undefined,
      pages: (_request, response) => void response.end("a page"),
      logger: {
        ...silentLogger,
        warn: (message) => void logged.push(message),
        error: (message) => void logged.push(message),
      },
      ...(options.timeouts ? { timeouts: options.timeouts } : {}),
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return {
      url,
      server,
      async [Symbol.asyncDispose]() {
        await stopServer(server, 1_000);
        await catalogue.close();
      },
    };
  }

  test.each(["/", "/v2x", "/v", "/x/v2/"])("gives %s to the pages", async (path) => {
    await using hub = await serve();
    expect((await send(hub.url, "GET", path)).body.toString()).toBe("a page");
  });

  test("answers 408 to headers that do not come", async () => {
    await using hub = await serve({ timeouts: { headersMs: 50, checkEveryMs: 20 } });
    expect(await sendRaw(hub.url, "GET /v2/ HTTP/1.1\r\nHost: x\r\nX-Slow: ")).toMatch(/^HTTP\/1\.1 408 /);
  });

  test("drops a connection that is silent in the middle of an upload, and keeps what has come", async () => {
    await using hub = await serve({ timeouts: { silentMs: 500 } });
    const upload = await startUpload(hub.url, "me/filter");
    const wire = await sendRaw(hub.url, `PATCH ${upload} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n0123`);
    expect(wire).toBe("");
    expect(await send(hub.url, "GET", upload)).toMatchObject({ status: 204, headers: { range: "0-3" } });
  });

  test("says nothing of what is inside when something fails, and logs it", async () => {
    class Failing extends MemoryBlobStore {
      override start(): never {
        throw new Error("the secret of the inside");
      }
    }
    await using hub = await serve({ blobs: new Failing() });
    const answer = await send(hub.url, "POST", "/v2/me/filter/blobs/uploads/");
    expect(answer).toMatchObject({ status: 500, codes: ["UNKNOWN"] });
    expect(answer.body.toString()).not.toContain("secret");
    expect(logged).toEqual([expect.stringContaining("the secret of the inside")]);
  });

  test.each([
    ["ENOSPC", 507, "HUB_STORAGE_FULL"],
    ["EDQUOT", 507, "HUB_STORAGE_FULL"],
    ["EIO", 500, "UNKNOWN"],
  ])("a disk that says %s is %i %s", async (code, status, told) => {
    class Failing extends MemoryBlobStore {
      override start(): never {
        throw Object.assign(new Error(`${code}: /secret/place`), { code });
      }
    }
    await using hub = await serve({ blobs: new Failing() });
    const answer = await send(hub.url, "POST", "/v2/me/filter/blobs/uploads/");
    expect(answer).toMatchObject({ status, codes: [told] });
    expect(answer.body.toString()).not.toContain("/secret/place");
  });

  test("a blob that breaks off while it is read ends the connection, so that nobody takes it for whole", async () => {
    class Breaking extends MemoryBlobStore {
      override async open(...[digest]: Parameters<MemoryBlobStore["open"]>): ReturnType<MemoryBlobStore["open"]> {
        const whole = await super.open(digest);
        return whole.once("data", () => process.nextTick(() => whole.destroy(new Error("the disk broke"))));
      }
    }
    await using hub = await serve({ blobs: new Breaking() });
    const { digest } = await pushBlob(hub.url, "me/filter", Buffer.alloc(1_000_000));
    await expect(send(hub.url, "GET", `/v2/me/filter/blobs/${digest}`)).rejects.toThrow(/aborted|hang up|RESET/i);
    expect(logged).toEqual([expect.stringContaining("the disk broke")]);
    expect((await send(hub.url, "GET", "/v2/")).status).toBe(200);
  });

  test("a client that stops reading a blob does not keep it open", async () => {
    const blobs = new MemoryBlobStore();
    const opened: Awaited<ReturnType<MemoryBlobStore["open"]>>[] = [];
    const open = blobs.open.bind(blobs);
    blobs.open = async (...wanted) => {
      const stream = await open(...wanted);
      opened.push(stream);
      return stream;
    };
    await using hub = await serve({ blobs });
    const { digest } = await pushBlob(hub.url, "me/filter", Buffer.alloc(20_000_000));
    const sent = request(new URL(`/v2/me/filter/blobs/${digest}`, hub.url), { agent: false }).end();
    const [response] = (await once(sent, "response")) as [IncomingMessage];
    expect(opened).toHaveLength(1);
    response.destroy();
    await expect.poll(() => opened[0]?.destroyed, patience).toBe(true);
    expect(logged).toEqual([]);
  });

  test("when it stops, requests that run are answered, and kept connections do not hold it up", async () => {
    const hub = await serve();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const upload = await startUpload(hub.url, "me/filter");
    const running = request(new URL(upload, hub.url), { method: "PATCH", agent });
    running.write("0123");
    await expect.poll(() => send(hub.url, "GET", upload), patience).toMatchObject({ headers: { range: "0-3" } });
    // Far longer than the test may take: only an end of its own accord passes.
    const stopped = stopServer(hub.server, 3_600_000);
    await expect(send(hub.url, "GET", "/v2/")).rejects.toThrow("ECONNREFUSED");
    running.end("456789");
    const [response] = (await once(running, "response")) as [IncomingMessage];
    expect(response.statusCode).toBe(202);
    await buffer(response);
    await stopped;
    agent.destroy();
  });

  test("when it stops, a request that does not end is cut off", async () => {
    const hub = await serve();
    const upload = await startUpload(hub.url, "me/filter");
    const stuck = request(new URL(upload, hub.url), { method: "PATCH", agent: false });
    const broken = once(stuck, "error");
    stuck.write("0123");
    await expect.poll(() => send(hub.url, "GET", upload), patience).toMatchObject({ headers: { range: "0-3" } });
    await stopServer(hub.server, 10);
    await broken;
  });
});
