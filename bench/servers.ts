import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { part } from "../tools/parts/mod.ts";
import { wasm } from "./processes.ts";

/** A registry in a process of its own. */
export interface Server extends AsyncDisposable {
  readonly name: string;
  /** `127.0.0.1:port`. */
  readonly host: string;
  /** The most memory that it has had at once, in MiB. */
  peakMemory(): Promise<number>;
}

export async function startHub(folder: string): Promise<Server> {
  const host = `127.0.0.1:${await freePort()}`;
  return start("our hub", host, [...wasm, "hub", "serve", "--listen", host, "--data", join(folder, "hub")]);
}

/** CNCF distribution: the registry that most of the others are made of. */
export async function startDistribution(folder: string): Promise<Server> {
  const host = `127.0.0.1:${await freePort()}`;
  const data = join(folder, "distribution");
  await mkdir(data);
  const config = {
    version: 0.1,
    log: { level: "error", accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: data }, delete: { enabled: true } },
    http: { addr: host },
  };
  const path = join(folder, "distribution.yaml");
  await writeFile(path, JSON.stringify(config));
  return start("distribution", host, [await part("distribution"), "serve", path]);
}

async function start(name: string, host: string, [program = "", ...words]: readonly string[]): Promise<Server> {
  const env = { ...process.env, OTEL_TRACES_EXPORTER: "none" };
  const child = spawn(program, words, { env, stdio: "ignore" });
  await untilReady(name, child, host);
  return {
    name,
    host,
    peakMemory: async () => {
      // proc(5): "peak resident set size".
      const status = await readFile(`/proc/${child.pid}/status`, "utf8");
      return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
    },
    async [Symbol.asyncDispose]() {
      const closed = once(child, "close");
      child.kill("SIGTERM");
      await closed;
    },
  };
}

async function untilReady(name: string, child: ChildProcess, host: string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (child.exitCode !== null) break;
    const answer = await fetch(`http://${host}/v2/`).catch(() => undefined);
    if (answer?.ok) return;
    await sleep(50);
  }
  child.kill("SIGKILL");
  throw new Error(`${name} does not answer at ${host}`);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
