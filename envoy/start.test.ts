import { createServer, type AddressInfo } from "node:net";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { partOrReason } from "../tools/parts/mod.ts";
import { type RunningEnvoy, startEnvoy, type StartEnvoyOptions } from "./start.ts";
import { bootstrap, isRunning, processesOf, writeScript } from "./testing.ts";

const envoy = await partOrReason("envoy");
const path = "path" in envoy ? envoy.path : "";

let folder: string;
let good: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "envoy-start-"));
  good = await config("good.yaml", bootstrap());
  // Of its own, so that what is left in it was left by these tests.
  await mkdir(join(folder, "tmp"));
  vi.stubEnv("TMPDIR", join(folder, "tmp"));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

function leftovers(): Promise<readonly string[]> {
  return readdir(join(folder, "tmp"));
}

async function config(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

function start(options: Partial<StartEnvoyOptions> = {}): Promise<RunningEnvoy> {
  return startEnvoy({ path, configPath: good, concurrency: 1, ...options });
}

describe.skipIf(!path)("startEnvoy()", () => {
  test("resolves when Envoy is ready, with its admin interface at the port that it got", async () => {
    await using running = await start();
    expect(await running.admin.isReady()).toBe(true);
    expect(await running.admin.serverInfo()).toMatchObject({ state: "LIVE", version: "1.40.0" });
    expect(await isRunning(running.pid)).toBe(true);
    expect(running.log()).toContain("starting main dispatch loop");
  });

  test("passes what Envoy writes on, as it comes", async () => {
    let told = "";
    await using running = await start({ onLog: (text) => void (told += text) });
    await running.logged("starting main dispatch loop");
    expect(told).toBe(running.log());
  });

  test("gives Envoy the levels of its log, and other arguments", async () => {
    await using running = await start({
      logLevel: "error",
      componentLogLevel: "admin:debug",
      extraArguments: ["--service-zone", "here"],
    });
    const { command_line_options: line } = await running.admin.serverInfo();
    expect(line).toMatchObject({
      log_level: "error",
      component_log_level: "admin:debug",
      service_zone: "here",
      concurrency: 1,
    });
  });

  test("starts relative paths of the configuration at the working directory", async () => {
    const home = join(folder, "home");
    await mkdir(home);
    await writeFile(join(home, "listeners.yaml"), "resources: []\n");
    const configPath = await config(
      "relative.yaml",
      bootstrap(
        "node: { id: a, cluster: b }\ndynamic_resources: { lds_config: { path_config_source: { path: ./listeners.yaml } } }\n",
      ),
    );
    await using running = await start({ configPath, workingDirectory: home });
    expect(await running.admin.isReady()).toBe(true);
  });

  test("of a configuration that Envoy refuses is ENVOY_START_FAILED, with Envoy's words", async () => {
    const configPath = await config("bad.yaml", bootstrap("nod: {}\n"));
    await expect(start({ configPath })).rejects.toMatchObject({
      code: "ENVOY_START_FAILED",
      message: expect.stringContaining("no such field: 'nod'"),
      hint: expect.stringContaining(configPath),
      detail: { status: 1, config: configPath },
    });
  });

  test("of a configuration without an admin section is ENVOY_START_FAILED, and leaves no Envoy", async () => {
    const configPath = await config("no-admin.yaml", "node: { id: a, cluster: b }\n");
    await expect(start({ configPath, readyTimeoutMs: 500 })).rejects.toMatchObject({
      code: "ENVOY_START_FAILED",
      message: expect.stringContaining("it was not ready after 0.5 seconds"),
    });
    expect(await processesOf(configPath)).toEqual([]);
  });

  test("of a port that another program has is ENVOY_PORT_IN_USE, with the address", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    try {
      await expect(start({ configPath: await config("taken.yaml", bootstrap("", port)) })).rejects.toMatchObject({
        code: "ENVOY_PORT_IN_USE",
        message: `Envoy cannot listen on 127.0.0.1:${port}: another program does`,
        detail: { address: `127.0.0.1:${port}` },
      });
    } finally {
      server.close();
    }
  });

  test("that is given up while Envoy starts leaves no process", async () => {
    const configPath = await config("given-up.yaml", bootstrap());
    const controller = new AbortController();
    const onLog = (): void => controller.abort(new Error("interrupted"));
    await expect(start({ configPath, signal: controller.signal, onLog })).rejects.toThrow("interrupted");
    expect(await processesOf(configPath)).toEqual([]);
    expect(await leftovers()).toEqual([]);
  });

  test("that is given up before it begins starts nothing", async () => {
    await expect(start({ signal: AbortSignal.abort(new Error("interrupted")) })).rejects.toThrow("interrupted");
  });
});

describe.skipIf(!path)("a running Envoy", () => {
  test("is stopped once, however often it is asked", async () => {
    const running = await start();
    const [first, second] = await Promise.all([running.stop(), running.stop()]);
    expect(first).toMatchObject({ status: 0, log: expect.stringContaining("exiting") });
    expect(second).toEqual(first);
    expect(await running.stop()).toEqual(first);
    expect(await isRunning(running.pid)).toBe(false);
  });

  test("that somebody else kills is an exit like any other", async () => {
    const running = await start();
    process.kill(running.pid, "SIGKILL");
    expect(await running.exited).toMatchObject({ status: null });
    expect(await running.stop()).toMatchObject({ status: null });
    await expect(running.admin.serverInfo()).rejects.toMatchObject({ code: "ENVOY_ADMIN_UNREACHABLE" });
  });

  test("that ends is no longer waited for to log something", async () => {
    const running = await start();
    const [waiting] = await Promise.allSettled([running.logged("never said", 60_000), running.stop()]);
    expect(waiting).toMatchObject({
      status: "rejected",
      reason: { message: expect.stringMatching(/^Envoy has not logged "never said"; its log:\n/) },
    });
  });

  test("that does not log something is waited for as long as is said", async () => {
    await using running = await start();
    await expect(running.logged("never said", 0)).rejects.toThrow("has not logged");
  });

  test("has a folder of its own, which goes with it", async () => {
    const running = await start();
    expect(await leftovers()).toHaveLength(1);
    await running.stop();
    expect(await leftovers()).toEqual([]);
  });
});

describe("a program that cannot be run", () => {
  test.each([
    { name: "is missing", make: async () => join(folder, "missing") },
    { name: "may not be run", make: () => config("not-executable", "x") },
    {
      name: "is no program",
      make: async () =>
        writeFile(join(folder, "no-program"), "x", { mode: 0o755 }).then(() => join(folder, "no-program")),
    },
    { name: "ends at once", make: () => writeScript(join(folder, "ends"), "echo bad luck >&2", "exit 3") },
  ])("because it $name is ENVOY_START_FAILED, and leaves no folder", async ({ make }) => {
    const program = await make();
    await expect(start({ path: program })).rejects.toMatchObject({
      code: "ENVOY_START_FAILED",
      detail: { path: program },
    });
    expect(await leftovers()).toEqual([]);
  });
});
