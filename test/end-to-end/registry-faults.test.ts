import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import bcrypt from "bcryptjs";
import { expect, test } from "vitest";
import { bytesSource } from "#oci";
import { Registry } from "#oci/client";
import { packFilterImage, writeImage } from "#oci/image";
import { Person } from "../../cli/testing.ts";
import { startTestHub } from "../../registry/testing.ts";
import { freePort } from "../../tools/demo/free-port.ts";

function image(): ReturnType<typeof packFilterImage> {
  const runtimeConfig = { type: "envoy_proxy", abiVersions: ["v0.2.1"], config: { rootIds: ["x"] } } as const;
  return packFilterImage({ module: Buffer.from("module"), runtimeConfig });
}

test("a wrong password ends with 4, and nothing is kept; the right one is kept where Docker looks", async () => {
  await using person = await Person.arrives();
  const users = join(person.home, "users");
  await writeFile(users, `me:${bcrypt.hashSync("right", 4)}\n`);
  await using hub = await startTestHub({ htpasswdFile: users });

  const wrong = await person.types(["login", hub.host, "-u", "me", "--password-stdin"], { stdin: "wrong\n" });
  expect(wrong.status).toBe(4);
  expect(wrong.stderr).toContain("[UNAUTHORIZED]");
  expect(await readdir(person.home)).toEqual(["users"]);

  const anonymous = await person.types(["pull", `${hub.host}/me/x:v1`]);
  expect(anonymous.status).toBe(4);
  expect(anonymous.stderr).toContain(`wasm login ${hub.host}`);

  await person.does(["login", hub.host, "-u", "me", "--password-stdin"], { stdin: "right\n" });
  const config = JSON.parse(await readFile(join(person.home, ".docker", "config.json"), "utf8")) as {
    auths: Record<string, { auth: string }>;
  };
  expect(Buffer.from(config.auths[hub.host]?.auth ?? "", "base64").toString()).toBe("me:right");
  expect((await person.types(["pull", `${hub.host}/me/x:v1`])).stderr).toContain("[CONTENT_NOT_FOUND]");

  await person.does(["logout", hub.host]);
  expect((await person.types(["pull", `${hub.host}/me/x:v1`])).status).toBe(4);
});

test("a password without --password-stdin and without a terminal names the flag", async () => {
  await using person = await Person.arrives();
  const { status, stderr } = await person.types(["login", "hub.example", "-u", "me"]);
  expect(status).toBe(2);
  expect(stderr).toContain("--password-stdin");
});

test("a hub that is not there is said in words, with the command that starts one", async () => {
  await using person = await Person.arrives();
  const host = `127.0.0.1:${await freePort()}`;
  const { status, stderr } = await person.types(["pull", `${host}/me/x:v1`]);
  expect(status).toBe(1);
  expect(stderr).toContain(`cannot reach ${host}: nothing listens there`);
  expect(stderr).toContain(`wasm hub serve --listen ${host}`);
});

test.each(["me/UPPER:v1", "me/x:not a tag", "me/x@sha256:abc", "/me/x", "me//x:v1", "../../etc/passwd"])(
  "the reference %j does not parse: status 2",
  async (text) => {
    await using person = await Person.arrives();
    const { status, stderr } = await person.types(["inspect", text]);
    expect(status).toBe(2);
    expect(stderr).toContain("[REFERENCE_MALFORMED]");
  },
);

test("a blob whose bytes are not what its digest says is refused, and no name leads to it", async () => {
  await using hub = await startTestHub();
  await using person = await Person.arrives();
  const packed = await image();
  await writeImage(new Registry(hub.host).repository("me/x"), packed, "v1");
  const layer = packed.blobs.find(({ bytes }) => Buffer.from(bytes).toString() === "module");
  const hex = layer?.descriptor.digest.slice("sha256:".length) ?? "";
  await writeFile(join(hub.dataDir, "blobs", "sha256", hex.slice(0, 2), hex), "MODULE");

  const { status, stderr } = await person.types(["pull", `${hub.host}/me/x:v1`]);
  expect(status).toBe(1);
  expect(stderr).toContain("[CONTENT_MISMATCH]");
  expect((await person.types(["list", "--json"])).stdout).toBe("[]\n");
});

test("an upload that breaks half way is resumed, and completed", async () => {
  await using hub = await startTestHub();
  // In front of the hub: cuts the first big request in half, as a bad network would.
  let cuts = 0;
  const proxy = createServer((request, response) => {
    const target = new URL(request.url ?? "/", hub.url);
    const isBig = Number(request.headers["content-length"] ?? 0) > 100_000;
    const forward = async (): Promise<void> => {
      const body = async function* (): AsyncGenerator<Buffer> {
        let passed = 0;
        for await (const chunk of request as AsyncIterable<Buffer>) {
          yield chunk;
          passed += chunk.byteLength;
          if (isBig && cuts === 0 && passed > 200_000) {
            cuts++;
            request.socket.destroy();
            throw new Error("cut");
          }
        }
      };
      const {
        host: _host,
        connection: _connection,
        "transfer-encoding": _coding,
        "content-length": _length,
        ...headers
      } = request.headers;
      const hasBody = request.method === "PUT" || request.method === "PATCH" || request.method === "POST";
      const init = {
        method: request.method ?? "GET",
        headers: headers as Record<string, string>,
        redirect: "manual" as const,
      };
      const answer = await fetch(target, hasBody ? { ...init, body: body(), duplex: "half" } : init);
      response.writeHead(answer.status, Object.fromEntries(answer.headers));
      response.end(Buffer.from(await answer.arrayBuffer()));
    };
    forward().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  try {
    const bytes = Buffer.from(createHash("sha512").update("x").digest("hex").repeat(20_000));
    const content = {
      mediaType: "application/wasm",
      digest: `sha256:${createHash("sha256").update(bytes).digest("hex")}` as never,
      size: bytes.byteLength,
    };
    const { port } = proxy.address() as AddressInfo;
    const repository = new Registry(`127.0.0.1:${port}`, { retryDelayMs: 5 }).repository("me/x");
    await repository.put(content, bytesSource(bytes));
    expect(cuts).toBe(1);
    expect(await new Registry(hub.host).repository("me/x").has(content)).toBe(true);
  } finally {
    proxy.closeAllConnections();
    proxy.close();
  }
});

test("a store that cannot be written says so, and push and list go on working", async () => {
  await using hub = await startTestHub();
  await using person = await Person.arrives();
  await writeImage(new Registry(hub.host).repository("me/x"), await image(), "v1");
  // A file where the store's folder should be: the same for root, who may write anywhere.
  await mkdir(join(person.home, "data"));
  await writeFile(join(person.home, "data", "wasm-hub"), "in the way");
  const { status, stderr } = await person.types(["pull", `${hub.host}/me/x:v1`], {
    vars: { XDG_DATA_HOME: join(person.home, "data") },
  });
  expect(status).toBe(1);
  expect(stderr).toMatch(/\[STORE_/);
});
