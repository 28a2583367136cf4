import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { buffer } from "node:stream/consumers";
import { afterEach, describe, expect, test } from "vitest";
import { type Answer, send } from "./http.ts";

const open: Server[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

type Listener = (request: IncomingMessage, response: ServerResponse) => unknown;

async function serve(listener: Listener): Promise<{ url: URL; sockets: Socket[] }> {
  const server = createServer((request, response) => void listener(request, response));
  const sockets: Socket[] = [];
  server.on("connection", (socket) => sockets.push(socket));
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`), sockets };
}

async function textOf({ body }: Answer): Promise<string> {
  return Buffer.concat(await Array.fromAsync(body)).toString();
}

const get = { method: "GET", headers: {} };

/** Without an end; `closed` is resolved when whoever reads it stops. */
function endless(): { body: AsyncIterable<Uint8Array>; closed: Promise<void> } {
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  async function* pieces(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) yield Buffer.alloc(64 * 1024);
    } finally {
      resolve();
    }
  }
  return { body: pieces(), closed };
}

describe("send()", () => {
  test.each([
    { name: "text", body: "abc" },
    { name: "bytes", body: Buffer.from("abc") },
  ])("sends $name with its length", async ({ body }) => {
    const { url } = await serve(async (request, response) => {
      response.end(`${request.headers["content-length"]} ${(await buffer(request)).toString()}`);
    });
    expect(await textOf(await send(url, { method: "PUT", headers: {}, body }))).toBe("3 abc");
  });

  test("sends more than a socket holds, piece by piece", async () => {
    const { url } = await serve(async (request, response) => {
      response.end(String((await buffer(request)).byteLength));
    });
    async function* pieces(): AsyncGenerator<Uint8Array> {
      for (let index = 0; index < 100; index++) yield Buffer.alloc(100_000);
    }
    expect(await textOf(await send(url, { method: "PUT", headers: {}, body: pieces() }))).toBe("10000000");
  });

  test("uses a connection again when the answer was read, or was short and is discarded", async () => {
    const { url, sockets } = await serve((_, response) => response.end("short"));
    await textOf(await send(url, get));
    const answer = await send(url, get);
    answer.discard();
    for await (const _ of answer.body);
    await textOf(await send(url, get));
    expect(sockets).toHaveLength(1);
  });

  test("does not read on what is long and was discarded", async () => {
    const { url, sockets } = await serve((_, response) => response.writeHead(200).write(Buffer.alloc(1_000_000)));
    (await send(url, get)).discard();
    const [socket] = sockets;
    await new Promise((resolve) => socket?.once("close", resolve));
    expect(socket?.destroyed).toBe(true);
  });

  test("gives several headers of one name as one", async () => {
    const { url } = await serve((_, response) => {
      response.writeHead(401, { "www-authenticate": ["Basic", 'Bearer realm="x"'], "set-cookie": ["a", "b"] }).end();
    });
    const { header } = await send(url, get);
    expect(header("www-authenticate")).toBe('Basic, Bearer realm="x"');
    expect(header("set-cookie")).toBe("a, b");
    expect(header("location")).toBeUndefined();
  });
});

describe("a server that answers before it has read the body", () => {
  function refuse(_: IncomingMessage, response: ServerResponse): void {
    response.writeHead(413, { "content-length": "5" }).end("large");
  }

  test("is heard, and is sent no more", async () => {
    const { url } = await serve(refuse);
    const { body, closed } = endless();
    const answer = await send(url, { method: "PUT", headers: {}, body });
    expect(answer.status).toBe(413);
    expect(await textOf(answer)).toBe("large");
    await closed;
  });

  test("is asked the next thing on another connection", async () => {
    const { url, sockets } = await serve((request, response) =>
      request.method === "PUT" ? refuse(request, response) : void response.end(),
    );
    (await send(url, { method: "PUT", headers: {}, body: endless().body })).discard();
    await textOf(await send(url, get));
    expect(sockets).toHaveLength(2);
  });
});

describe("a redirect", () => {
  async function redirecting(location: string): Promise<{ url: URL; asked: string[] }> {
    const asked: string[] = [];
    const { url } = await serve((request, response) => {
      asked.push(`${request.url} ${request.headers.authorization}`);
      if (request.url === "/there") response.end("there");
      else response.writeHead(302, { location }).end();
    });
    return { url, asked };
  }
  const headers = { authorization: "secret" };

  test("within the origin is followed with the credentials, and the answer says where it is from", async () => {
    const { url, asked } = await redirecting("/there");
    const answer = await send(url, { method: "GET", headers, followsRedirects: true });
    expect(await textOf(answer)).toBe("there");
    expect(answer.url.pathname).toBe("/there");
    expect(asked).toEqual(["/ secret", "/there secret"]);
  });

  test("back to where it came from has no credentials any more", async () => {
    const { url: far } = await serve((request, response) => {
      response.writeHead(302, { location: `${near.url.origin}/there` }).end(request.headers.authorization);
    });
    const near = await redirecting(far.href);
    await send(near.url, { method: "GET", headers, followsRedirects: true });
    expect(near.asked).toEqual(["/ secret", "/there undefined"]);
  });

  test.each(["http://", ""])("to %j is an answer", async (location) => {
    const { url } = await redirecting(location);
    const answer = await send(url, { ...get, followsRedirects: location !== "" });
    expect(answer.status).toBe(302);
  });

  test("that goes in circles ends", async () => {
    const { url, asked } = await redirecting("/again");
    expect((await send(url, { ...get, followsRedirects: true })).status).toBe(302);
    expect(asked).toHaveLength(21);
  });

  test("to another protocol is refused", async () => {
    const { url } = await redirecting("ftp://hub.example/");
    await expect(send(url, { ...get, followsRedirects: true })).rejects.toMatchObject({ code: "ERR_INVALID_PROTOCOL" });
  });
});

describe("giving up", () => {
  test.each(["before the answer", "while the body is read"])("%s gives the reason", async (when) => {
    const controller = new AbortController();
    const { url } = await serve((_, response) => {
      if (when === "before the answer") controller.abort(new Error("enough"));
      else response.writeHead(200, { "content-length": "10" }).write("start");
    });
    const reading = (async () => {
      const answer = await send(url, { ...get, signal: controller.signal });
      for await (const _ of answer.body) controller.abort(new Error("enough"));
    })();
    await expect(reading).rejects.toThrow(when === "before the answer" ? "enough" : "aborted");
  });

  test("before it began asks nothing", async () => {
    const { url, sockets } = await serve((_, response) => response.end());
    await expect(send(url, { ...get, signal: AbortSignal.abort(new Error("enough")) })).rejects.toThrow("enough");
    expect(sockets).toEqual([]);
  });
});
