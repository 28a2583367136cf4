import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { packFilterImage, writeImage } from "#oci/image";
import { OciLayout } from "#oci/layout";
import { filterExports, writeModule } from "../../module/testing.ts";
import { Terminal, type TerminalOptions } from "./terminal.ts";

export const wasm: string = fileURLToPath(new URL("../../cli/wasm.js", import.meta.url));

/** The smallest module that is a filter. */
export const smallestFilter: Uint8Array = writeModule({ exports: filterExports });

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly vars?: NodeJS.ProcessEnv;
  /** Written to stdin, which is then closed. */
  readonly stdin?: string;
}

/** A computer with an empty home folder, on which the real `wasm` command is run from its sources. */
export class Machine implements AsyncDisposable {
  readonly home: string;
  readonly vars: NodeJS.ProcessEnv;

  private constructor(home: string, vars: NodeJS.ProcessEnv) {
    this.home = home;
    this.vars = {
      PATH: process.env["PATH"],
      HOME: home,
      TERM: "xterm-256color",
      WASM_FROM_SOURCES: "1",
      ...vars,
    };
  }

  static async start(vars: NodeJS.ProcessEnv = {}): Promise<Machine> {
    return new Machine(await mkdtemp(join(tmpdir(), "wasm-machine-")), vars);
  }

  /** Runs a command to its end. */
  async run(words: readonly string[], options: RunOptions = {}): Promise<Ended> {
    const child = this.spawn(process.execPath, [wasm, ...words], options);
    child.stdin?.end(options.stdin ?? "");
    return ended(child);
  }

  /** Runs a line in bash, where `wasm` is the command. */
  async bash(line: string, options: RunOptions = {}): Promise<Ended> {
    const child = this.spawn("bash", ["--noprofile", "--norc", "-c", `wasm() { "$NODE" "$WASM" "$@"; }; ${line}`], {
      ...options,
      vars: { NODE: process.execPath, WASM: wasm, ...options.vars },
    });
    child.stdin?.end(options.stdin ?? "");
    return ended(child);
  }

  /** Runs a command at a terminal; whoever calls ends it. */
  terminal(words: readonly string[], options: RunOptions & TerminalOptions = {}): Promise<Terminal> {
    return this.shell([process.execPath, wasm, ...words], options);
  }

  /** Runs any program at a terminal. */
  shell(program: readonly string[], options: RunOptions & TerminalOptions = {}): Promise<Terminal> {
    const { cwd = this.home, vars, ...rest } = options;
    return Terminal.open(program, { cwd, vars: { ...this.vars, ...vars }, ...rest });
  }

  spawn(program: string, words: readonly string[], { cwd = this.home, vars }: RunOptions = {}): ChildProcess {
    return spawn(program, words, { cwd, env: { ...this.vars, ...vars } });
  }

  get storeFolder(): string {
    return join(this.home, ".local", "share", "wasm-hub", "store");
  }

  store(): Promise<OciLayout> {
    return OciLayout.open(this.storeFolder);
  }

  /**
   * Puts an image into the local store, as a build does.
   *
   * @param name such as `hub.example/me/x`
   */
  async keepImage(name: string, tag: string, module = smallestFilter, description = "An image"): Promise<void> {
    const packed = await packFilterImage({
      module,
      runtimeConfig: { type: "envoy_proxy", abiVersions: ["v0.2.1"], config: { rootIds: ["x"] } },
      annotations: { "org.opencontainers.image.description": description },
    });
    await writeImage((await this.store()).repository(name), packed, tag);
  }

  /** Every file and folder below the home, sorted: what a command may not have changed. */
  async files(): Promise<readonly string[]> {
    await mkdir(this.home, { recursive: true });
    return (await readdir(this.home, { recursive: true })).toSorted();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.home, { recursive: true, force: true });
  }
}

async function ended(child: ChildProcess): Promise<Ended> {
  const texts = { stdout: "", stderr: "" };
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (texts.stdout += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (texts.stderr += text));
  const [status] = (await once(child, "close")) as [number | null];
  return { status, ...texts };
}
