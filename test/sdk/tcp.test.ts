import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { partOrReason } from "../../tools/parts/mod.ts";
import { startCallServer } from "./call-server.ts";
import { compileCleanly } from "./compile-filter.ts";
import { type Client, connectTo, startEchoServer } from "./echo-server.ts";
import { type Stage, startEnvoy } from "./envoy-stage.ts";

// filters/tcp.ts does to a connection what the first word that the client sends says.

const envoy = await partOrReason("envoy");

describe.skipIf("reason" in envoy)("a TCP filter in Envoy", () => {
  let stage: Stage;
  let servers: { port: number; close: () => Promise<void> }[];

  beforeAll(async () => {
    const wasm = await compileCleanly("tcp");
    const tcp = (name: string, rootId = "tcp") =>
      ({ name, wasm, rootId, kind: "tcp", configuration: name, vmId: name === "trap" ? "trap" : "tcp" }) as const;
    const [echo, other, calls] = [
      await startEchoServer("hello "),
      await startEchoServer("other "),
      await startCallServer(),
    ];
    servers = [echo, other, calls];
    const listeners = [
      tcp("plain"),
      tcp("refuse"),
      tcp("wait"),
      tcp("elsewhere"),
      tcp("trap"),
      tcp("never", "refusing"),
    ];
    stage = await startEnvoy("path" in envoy ? envoy.path : "", echo.port, listeners, {
      clusters: [
        { name: "other", port: other.port },
        { name: "calls", port: calls.port },
      ],
    });
  });

  afterAll(async () => {
    await stage.stop();
    for (const server of servers) await server.close();
  });

  const open = (words: string, listener = "plain"): Client => {
    const client = connectTo(stage.port(listener));
    client.socket.write(words);
    return client;
  };
  const talk = async (words: string, expected: string, listener = "plain"): Promise<void> => {
    const client = open(words, listener);
    await client.got(expected);
    client.socket.destroy();
  };

  test("changes what the client sends", async () => {
    await talk("upper case", "hello UPPER CASE");
    await talk("edit that", "hello <EDIT that>");
    await expect(stage.logged("edited: 9 11 <EDIT true")).resolves.toContain("wasm log");
  });

  test("holds what the client sends until it is whole", async () => {
    const client = open("line o");
    await stage.logged("held: 6");
    client.socket.write("ne\n");
    await client.got("line one\n");
    await expect(stage.logged("a line of 9")).resolves.toContain("wasm log");
    client.socket.destroy();
  });

  test("holds what the upstream sends until more of it has come", async () => {
    const client = open("whole ");
    await stage.logged("kept: ");
    client.socket.write("of it.");
    await expect(client.got("whole of it.")).resolves.toBeUndefined();
    client.socket.destroy();
  });

  test("is resumed by a timer, or by a call's answer, which may change the data", async () => {
    await talk("later", "hello later");
    await stage.logged("resumed by a timer: 0");
    await talk("call", "hello call 200");
    await expect(stage.logged("resumed by a call: 0, upstream true")).resolves.toContain("wasm log");
  });

  test("cannot resume what is not paused, nor, in Envoy, what the upstream sends", async () => {
    await talk("resume-upstream", "resume-upstream");
    await expect(stage.logged("not paused: 2, upstream: 12")).resolves.toContain("wasm log");
  });

  test("reads properties of the connection; there are none of a request", async () => {
    await talk("source", "hello 127.0.0.1:");
    await expect(talk("source", " true null")).resolves.toBeUndefined();
  });

  test("holds a new connection", async () => {
    await talk("later on", "later on", "wait");
    await expect(stage.logged("connected: 0 2")).resolves.toContain("wasm log");
  });

  test("closes a new connection", async () => {
    expect(await open("anything", "refuse").closed).toBe("");
    await stage.logged("refused: 0 2 2");
    expect(await open("anything", "never").closed).toBe("");
  });

  test.each([
    { words: "close", said: "closed: 0 2 2" },
    { words: "close-upstream", said: "closed: 0" },
    { words: "close-later", said: "closed by a timer: 0 2 2" },
  ])("closes the connection once: $words", async ({ words, said }) => {
    await open(words).closed;
    await stage.logged(said);
    await expect(stage.logged(`${words}: downstream closed by 1 2 2`)).resolves.toContain("wasm log");
  });

  test("chooses the upstream by Envoy's filter state", async () => {
    await talk("anything", "other anything", "elsewhere");
    await expect(stage.logged("elsewhere: 0 1 2")).resolves.toContain("wasm log");
  });

  test("is told of the client's end and of the upstream's", async () => {
    const client = open("bye");
    await client.got("hello bye");
    client.socket.end();
    await client.closed;
    await stage.logged("bye: upstream closed by 0");
    await stage.logged("bye: downstream closed by");
    await expect(stage.logged("bye: deleted 2")).resolves.toContain("wasm log");
  });

  test("reset half way ends, and calls for it find nothing", async () => {
    const client = open("hang");
    await client.got("hello ");
    client.socket.resetAndDestroy();
    await stage.logged("hang: downstream closed by 2 2 2");
    await expect(stage.logged("gone: 2 2 2 1")).resolves.toContain("wasm log");
  });

  test("that fails closes the connection, and leaves others alone", async () => {
    await open("trap", "trap").closed;
    await expect(stage.logged("abort: asked to at tcp.ts")).resolves.toContain("wasm log");
    await talk("upper case", "hello UPPER CASE");
  });

  test("shuts down without a trap, with connections open", async () => {
    const clients = ["later", "hang", "other words"].map((words) => open(words));
    for (const client of clients) await client.got("hello ");
    const before = stage.log().length;
    const { log, status } = await stage.stop();
    await Promise.all(clients.map(({ closed }) => closed));
    expect(status).toBe(0);
    expect(log.slice(before)).not.toMatch(/abort: |Function: proxy_|\[critical\]\[(?!wasm)/);
  });
});
