import { homedir } from "node:os";
import { type Env, type Output, Stopped } from "./env.ts";
import { run } from "./run.ts";
import { styleText } from "node:util";

// The only file that touches the process: everything below hands what it needs to the rest.

const controller = new AbortController();

for (const signalName of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signalName, () => {
    // Whoever asks twice does not want to wait for things to be put in order.
    if (controller.signal.aborted) process.exit(signalName === "SIGINT" ? 130 : 143);
    controller.abort(new Stopped(signalName));
  });
}

const env: Env = {
  cwd: process.cwd(),
  vars: process.env,
  home: homedir(),
  // Opened when it is asked for: that costs a millisecond, and few commands read it.
  get stdin() {
    return process.stdin;
  },
  stdout: output(process.stdout),
  stderr: output(process.stderr),
  signal: controller.signal,
  openPrompts: async () => {
    const { clackPrompts } = await import("./terminal/clack-prompts.ts");
    return clackPrompts(process.stdin, process.stderr, controller.signal);
  },
};

const status = await run(process.argv.slice(2), env);
await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
process.exit(status);

function output(stream: NodeJS.WriteStream): Output {
  let isClosed = false;
  // Whoever reads may stop early (`wasm list | head -1`): the command goes on, without a word.
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    isClosed = true;
  });
  return {
    write: (text) => void (isClosed || stream.write(text)),
    isTTY: stream.isTTY,
    hasColors: styleText("red", "x", { stream }) !== "x",
    columns: () => stream.columns ?? 80,
  };
}

/** Pipes are written behind the program's back; what is left when it exits would be lost. */
async function flushed(stream: NodeJS.WriteStream): Promise<void> {
  if (stream.writableLength === 0 || stream.destroyed) return;
  await new Promise((resolve) => stream.once("drain", resolve).once("close", resolve).once("error", resolve));
}
