import { spawn } from "node:child_process";

export interface PythonOptions {
  /** The value of `PATH` that python3 is looked for on. Absent: that of this process. */
  readonly pathVariable?: string | undefined;
  /** Variables set for it, beside those that this process has. */
  readonly vars?: Readonly<Record<string, string>>;
  /** Told what it writes on stdout, as it comes. */
  readonly onOutput?: (text: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** A run of python3 that failed. The message is what it wrote on stderr last. */
export class PythonFailure extends Error {
  /** All that it wrote on stderr; undefined when there is no python3. */
  readonly stderr: string | undefined;

  constructor(message: string, stderr: string | undefined) {
    super(message);
    this.stderr = stderr;
  }
}

/**
 * Runs python3 to its end, by way of `env`, so that rooms need not know the environment of this process.
 *
 * @throws {PythonFailure} when it is not there, or ends with anything but 0
 */
export async function python(words: readonly string[], options: PythonOptions = {}): Promise<void> {
  const { pathVariable, vars = {}, onOutput = () => undefined, signal } = options;
  const settings = Object.entries({ ...(pathVariable === undefined ? {} : { PATH: pathVariable }), ...vars });
  const child = spawn("env", [...settings.map(([name, value]) => `${name}=${value}`), "python3", ...words], {
    stdio: ["ignore", "pipe", "pipe"],
    ...(signal ? { signal } : {}),
  });
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", onOutput);
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  child.on("error", (error) => (stderr += error.message));
  const status = await new Promise<number | null>((resolve) => child.once("close", resolve));
  signal?.throwIfAborted();
  if (status === programMissing) throw new PythonFailure("there is no python3 on PATH", undefined);
  if (status === 0) return;
  const last = stderr.trim().split("\n").slice(-4).join("\n");
  throw new PythonFailure(last || `python3 ended with ${status}`, stderr);
}

/** What `env` ends with when it finds no such program (POSIX, env, "EXIT STATUS"). */
const programMissing = 127;
