import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

const wasm = join(import.meta.dirname, "../../cli/wasm.js");

export interface HubProcess extends AsyncDisposable {
  readonly url: string;
  /** `127.0.0.1:port`. */
  readonly host: string;
  /** What it has said on stderr so far. */
  readonly stderr: () => string;
  /** Sends the signal and waits for the end. @returns the exit status; null when the signal ended it */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

export interface HubProcessOptions {
  /** Kibibytes that a file may have: a write beyond fails as on a full disk. */
  readonly largestFileKib?: number;
}

/** A hub in a process of its own, which can be killed as a power cut does. */
export async function startHubProcess(dataDir: string, options: HubProcessOptions = {}): Promise<HubProcess> {
  const { largestFileKib } = options;
  const words = [process.execPath, wasm, "hub", "serve", "--listen", "127.0.0.1:0", "--data", dataDir];
  // `ulimit` is the shell's; POSIX counts in units of 512 bytes.
  const limit = largestFileKib === undefined ? "" : `ulimit -f ${largestFileKib * 2}; `;
  const child = spawn("sh", ["-c", `${limit}exec "$@"`, "sh", ...words], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, WASM_FROM_SOURCES: "1" },
  });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const host = await listening(child, () => stderr);
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
    const closed = once(child, "close");
    child.kill(signal);
    await closed;
    return child.exitCode;
  };
  return {
    host,
    url: `http://${host}`,
    stderr: () => stderr,
    end,
    [Symbol.asyncDispose]: async () => void (await end("SIGKILL")),
  };
}

async function listening(child: ChildProcess, stderr: () => string): Promise<string> {
  const { stdout } = child;
  if (!stdout) throw new Error("the hub's output is not read");
  const ended = once(child, "close").then(() => Promise.reject(new Error(`the hub did not start: ${stderr()}`)));
  const [line] = (await Promise.race([once(createInterface({ input: stdout }), "line"), ended])) as [string];
  ended.catch(() => undefined);
  const host = /http:\/\/(\S+)/.exec(line)?.[1];
  if (host === undefined) throw new Error(`the hub said ${line}`);
  return host;
}
