import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { partOrReason } from "../../tools/parts/mod.ts";
import { startCallServer } from "./call-server.ts";
import { compileFilter } from "./compile-filter.ts";
import { connectTo, startEchoServer } from "./echo-server.ts";
import { type Stage, type StageListener, startEnvoy } from "./envoy-stage.ts";
import { docstrings, exportedNames, findExamples } from "./examples.ts";
import { send } from "./traffic.ts";

const envoy = await partOrReason("envoy");
const examples = await findExamples();

test("everything that the SDK exports has a docstring with an example", async () => {
  const found = await docstrings();
  const without = (await exportedNames()).filter((name) => !found.get(name)?.includes("```ts"));
  expect(without).toEqual([]);
  expect(examples.length).toBeGreaterThan(40);
});

describe("an example in the documentation", () => {
  let wasm: Uint8Array;
  let diagnostics: string;
  let stage: Stage;
  let servers: { port: number; close: () => Promise<void> }[] = [];

  beforeAll(async () => {
    const files = new Map(examples.map(({ source }, index) => [`example-${index}.ts`, source]));
    const main = examples.map((_, index) => `import "./example-${index}";`).join("\n");
    ({ wasm, diagnostics } = await compileFilter("examples", main, files));
    if ("reason" in envoy || diagnostics !== "") return;
    const [calls, echo] = [await startCallServer(), await startEchoServer("")];
    servers = [calls, echo];
    stage = await startEnvoy(
      envoy.path,
      calls.port,
      examples.flatMap(({ name, filter }): StageListener[] => {
        const configuration = '{"limits":{"perMinute":1}}';
        const environment = { REGION: "north" };
        const cluster = filter?.kind === "tcp" ? "echo" : "upstream";
        return filter
          ? [{ ...filter, name: name.replaceAll(/\W/g, "-"), wasm, configuration, environment, cluster, vmId: "" }]
          : [];
      }),
      {
        clusters: ["auth", "keys", "audit"]
          .map((name) => ({ name, port: calls.port }))
          .concat({ name: "echo", port: echo.port }),
      },
    );
  });

  afterAll(async () => {
    await stage?.stop();
    for (const server of servers) await server.close();
  });

  test("compiles", () => {
    expect(diagnostics).toBe("");
    expect(wasm.length).toBeGreaterThan(0);
  });

  describe.skipIf("reason" in envoy)("runs in Envoy", () => {
    test.each(examples.filter(({ filter }) => filter))("$name", async ({ name, filter }) => {
      const port = stage.port(name.replaceAll(/\W/g, "-"));
      if (filter?.kind === "tcp") {
        const client = connectTo(port);
        client.socket.end("hello");
        await client.closed;
      } else {
        expect([200, 401]).toContain((await send(port, { body: "hello", method: "POST" })).status);
      }
      expect(stage.log()).not.toMatch(/abort: |Function: proxy_/);
    });

    test("and leaves Envoy alive", async () => {
      const { status, log } = await stage.stop();
      expect(status).toBe(0);
      expect(log).not.toMatch(/abort: |Function: proxy_|envoy bug|\[critical\]\[(?!wasm)/);
    });
  });
});
