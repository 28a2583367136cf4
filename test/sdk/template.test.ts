import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { partOrReason } from "../../tools/parts/mod.ts";
import { compileFilter } from "./compile-filter.ts";
import { type Stage, startEnvoy } from "./envoy-stage.ts";
import { send, startUpstream } from "./traffic.ts";

const envoy = await partOrReason("envoy");
const inTemplate = (path: string): Promise<string> =>
  readFile(fileURLToPath(new URL(`../../templates/assemblyscript/${path}`, import.meta.url)), "utf8");

describe.skipIf("reason" in envoy)("the AssemblyScript template", () => {
  let stage: Stage;
  let upstream: Awaited<ReturnType<typeof startUpstream>>;
  let wasm: Uint8Array;
  let rootId: string;
  let byDefault: string;

  beforeAll(async () => {
    const manifest = parse(await inTemplate("filter.yaml")) as { rootIds: string[]; config: { default: object } };
    rootId = manifest.rootIds[0] ?? "";
    byDefault = JSON.stringify(manifest.config.default);
    ({ wasm } = await compileFilter("template", await inTemplate("assembly/index.ts")));
    upstream = await startUpstream();
    stage = await startEnvoy("path" in envoy ? envoy.path : "", upstream.port, [
      { name: "default", wasm, rootId, configuration: byDefault },
      { name: "other", wasm, rootId, configuration: '{"header":"x-other","value":"grüße"}' },
      { name: "none", wasm, rootId },
    ]);
  });

  afterAll(async () => {
    await stage.stop();
    await upstream.close();
  });

  const headers = async (listener: string) => (await send(stage.port(listener), {})).headers;

  test("adds the header that filter.yaml has by default", async () => {
    expect(JSON.parse(byDefault)).toEqual({ header: "x-hello", value: "world" });
    expect(await headers("default")).toMatchObject({ "x-hello": "world" });
  });

  test("adds the header that the configuration says", async () => {
    const { "x-other": value = "", ...others } = await headers("other");
    expect(Buffer.from(value, "latin1").toString()).toBe("grüße");
    expect(others).not.toHaveProperty("x-hello");
  });

  test("works without a configuration", async () => {
    expect(await headers("none")).toMatchObject({ "x-hello": "world" });
  });

  test("refuses a configuration that is not a JSON object, and says so", async () => {
    const refusal = await stage.refuseListeners([{ name: "broken", wasm, rootId, configuration: "{" }]);
    expect(refusal).toContain("Unable to create Wasm plugin broken");
    await stage.logged("the configuration is not a JSON object");
  });
});
