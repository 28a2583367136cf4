import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { partOrReason } from "../tools/parts/mod.ts";
import { bootstrap, isRunning, patience, writeScript } from "./testing.ts";
import { validateConfig } from "./validate.ts";

const envoy = await partOrReason("envoy");
const path = "path" in envoy ? envoy.path : "";

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), "envoy-validate-"))));
afterAll(() => rm(folder, { recursive: true }));

async function config(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

describe.skipIf(!path)("validateConfig(), with a real Envoy,", () => {
  test("takes what Envoy takes", async () => {
    const configPath = await config("good.yaml", bootstrap());
    expect(await validateConfig({ path, configPath })).toEqual({ ok: true });
  });

  test("gives Envoy's words, and only those, for what it refuses", async () => {
    const configPath = await config("bad.yaml", bootstrap("nod: {}\n"));
    const validation = await validateConfig({ path, configPath });
    expect(validation).toMatchObject({
      ok: false,
      words: expect.stringMatching(/^error initializing configuration '.*bad\.yaml': .* no such field: 'nod'/),
    });
  });

  test("gives the rule that a value breaks, without the whole configuration", async () => {
    const configPath = await config("rule.yaml", "static_resources: { clusters: [{ connect_timeout: 1s }] }\n");
    const validation = await validateConfig({ path, configPath });
    expect(validation).toMatchObject({
      ok: false,
      words: expect.stringContaining("Name: value length must be at least 1 characters"),
    });
    expect("words" in validation && validation.words).not.toContain("connect_timeout {");
  });

  test("reads relative paths from the working directory", async () => {
    await config("certificate.txt", "no certificate");
    const tls = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext";
    const configPath = await config(
      "relative.yaml",
      `static_resources:
  clusters:
    - name: a
      transport_socket:
        name: tls
        typed_config:
          "@type": ${tls}
          common_tls_context: { validation_context: { trusted_ca: { filename: certificate.txt } } }
`,
    );
    const words = async (workingDirectory: string): Promise<unknown> =>
      validateConfig({ path, configPath, workingDirectory });
    expect(await words(folder)).toMatchObject({ words: expect.stringContaining("Failed to load trusted CA") });
    expect(await words("/")).toMatchObject({ words: expect.stringContaining("Invalid path: certificate.txt") });
  });

  test("a configuration that makes Envoy crash is one that it does not take", async () => {
    const configPath = await config("crash.yaml", "node: &a { id: x, cluster: b, metadata: { a: *a } }\n");
    expect(await validateConfig({ path, configPath })).toMatchObject({
      ok: false,
      words: expect.stringContaining("Caught Segmentation fault"),
    });
  });
});

describe("validateConfig()", () => {
  test("of a program that is not there is ENVOY_UNUSABLE", async () => {
    const validation = validateConfig({ path: join(folder, "missing"), configPath: "a.yaml" });
    await expect(validation).rejects.toMatchObject({
      code: "ENVOY_UNUSABLE",
      detail: { path: join(folder, "missing") },
    });
  });

  test("ends when the person gives up, and so does the program", async () => {
    const pidFile = join(folder, "pid");
    const sleeper = await writeScript(
      join(folder, "sleeper"),
      `echo $$ > ${pidFile}.tmp`,
      `mv ${pidFile}.tmp ${pidFile}`,
      "exec sleep 60",
    );
    const controller = new AbortController();
    const validation = validateConfig({ path: sleeper, configPath: "a.yaml", signal: controller.signal });
    const pid = Number(await vi.waitFor(() => readFile(pidFile, "utf8"), patience));
    controller.abort(new Error("interrupted"));
    await expect(validation).rejects.toThrow("interrupted");
    await vi.waitUntil(async () => !(await isRunning(pid)), patience);
  });
});
