import { homedir } from "node:os";
import { type Env, type Output, Stopped } from "./env.ts";
import { exitStatus } from "./describe-error.ts";
import { CliError } from "./errors.ts";
import { useProxies } from "./proxies.ts";
import { reportError } from "./report-error.ts";
import { run } from "./run.ts";
import { systemError } from "./system-error.ts";
import { wantsColors } from "./terminal/colors.ts";

// The only file that touches the process: everything below hands what it needs to the rest.

const controller = new AbortController();
const words = process.argv.slice(2);

for (const signalName of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signalName, () => {
    // Whoever asks twice does not want to wait for things to be put in order.
    if (controller.signal.aborted) {
      process.exit(signalName === "SIGINT" ? exitStatus.interrupted : exitStatus.terminated);
    }
    controller.abort(new Stopped(signalName));
  });
}

/** Set when an output could not be written: what was printed is not all there was. */
let unwritten: Error | undefined;

const stdout = output("stdout");
const stderr = output("stderr");

const env: Env = {
  cwd: currentFolder(),
  vars: process.env,
  home: homedir(),
  // Opened when it is asked for: that costs a millisecond, and few commands read it.
  get stdin() {
    return process.stdin;
  },
  stdout,
  stderr,
  signal: controller.signal,
  openPrompts: async () => {
    const { clackPrompts } = await import("./terminal/clack-prompts.ts");
    return clackPrompts(process.stdin, process.stderr, controller.signal);
  },
};

// A fault that no promise carries to run() is told like any other.
process.on("uncaughtException", (error) => process.exit(reportError(error, words, env)));

const status = await useProxies(process.env).then(
  () => run(words, env),
  (error: unknown) => reportError(error, words, env),
);
await Promise.all([stdout.flushed(), stderr.flushed()]);
process.exit(status === 0 && unwritten ? reportError(outputFailed(unwritten), words, env) : status);

function outputFailed(cause: Error): CliError {
  const why = systemError(cause)?.message ?? cause.message;
  return new CliError("OUTPUT_FAILED", `the result could not be written to stdout: ${why}`, { cause });
}

/** Opened when it is used, like stdin. */
function output(name: "stdout" | "stderr"): Output & { readonly flushed: () => Promise<void> } {
  let opened: NodeJS.WriteStream | undefined;
  let isClosed = false;
  const stream = (): NodeJS.WriteStream => (opened ??= process[name].on("error", fail));
  const fail = (error: NodeJS.ErrnoException): void => {
    isClosed = true;
    // Whoever reads may stop early (`wasm list | head -1`): the command goes on, without a word.
    if (error.code !== "EPIPE" && name === "stdout") unwritten = error;
  };
  return {
    write: (text) => void (isClosed || stream().write(text)),
    get isTTY() {
      return stream().isTTY;
    },
    get hasColors() {
      return wantsColors(process.env, stream().isTTY);
    },
    columns: () => stream().columns || 80,
    flushed: async () => opened && flushed(opened),
  };
}

/** The folder may have been removed since the shell went there. */
function currentFolder(): string {
  try {
    return process.cwd();
  } catch {
    return process.env["PWD"] ?? "/";
  }
}

/** Pipes are written behind the program's back; what is left when it exits would be lost, and so would an error. */
async function flushed(stream: NodeJS.WriteStream): Promise<void> {
  await new Promise<void>((resolve) => stream.write("", () => resolve()));
}
