import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";

const wasm = fileURLToPath(new URL("../../cli/wasm.js", import.meta.url));

export interface ShellOptions {
  readonly cwd: string;
  readonly vars: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly print: (line: string) => void;
}

/** Runs the `wasm` command as a person would: prints what is typed, then what it answers. */
export class Shell {
  readonly #options: ShellOptions;

  constructor(options: ShellOptions) {
    this.#options = options;
  }

  /** The same person at another machine, or in another folder. */
  with(changes: Partial<Pick<ShellOptions, "cwd" | "vars">>): Shell {
    return new Shell({ ...this.#options, ...changes });
  }

  /**
   * Runs a command to its end.
   *
   * @returns what it wrote on stdout
   * @throws when it exits with anything but 0
   */
  async run(...words: string[]): Promise<string> {
    const { print } = this.#options;
    print(`$ wasm ${words.map(quote).join(" ")}`);
    const child = this.#spawn(words);
    const stdout: string[] = [];
    const printed = Promise.all([
      eachLine(child.stdout, (line) => {
        stdout.push(line);
        print(line);
      }),
      eachLine(child.stderr, print),
    ]);
    const [status, signal] = (await once(child, "close")) as [number | null, string | null];
    await printed;
    this.#options.signal.throwIfAborted();
    if (status !== 0) throw new Error(`wasm ${words[0]} ended with ${status ?? signal}`);
    return stdout.join("\n");
  }

  /**
   * Starts a command that stays, and waits for a line that says that it is ready.
   *
   * @returns the match of `ready`, and how to end it
   */
  async start(ready: RegExp, ...words: string[]): Promise<{ match: RegExpMatchArray; stop: () => Promise<void> }> {
    const { print } = this.#options;
    print(`$ wasm ${words.map(quote).join(" ")} &`);
    const child = this.#spawn(words);
    const stop = (): Promise<void> => end(child);
    try {
      const match = await new Promise<RegExpMatchArray>((resolve, reject) => {
        const lines: string[] = [];
        const look = (line: string): void => {
          lines.push(line);
          const found = line.match(ready);
          if (!found) return;
          print(line);
          resolve(found);
        };
        void eachLine(child.stdout, look);
        void eachLine(child.stderr, look);
        child.once("close", () =>
          reject(new Error(`wasm ${words[0]} ended before it was ready:\n${lines.join("\n")}`)),
        );
      });
      return { match, stop };
    } catch (error) {
      await stop();
      throw error;
    }
  }

  /** In a group of its own: a terminal's Ctrl-C would reach it too, and the command takes a second signal for haste. */
  #spawn(words: readonly string[]): ChildProcess & { stdout: NodeJS.ReadableStream; stderr: NodeJS.ReadableStream } {
    const { cwd, vars } = this.#options;
    const child = spawn(process.execPath, [wasm, ...words], {
      cwd,
      env: vars,
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    const interrupt = (): void => void child.kill("SIGINT");
    this.#options.signal.addEventListener("abort", interrupt, { once: true });
    child.once("close", () => this.#options.signal.removeEventListener("abort", interrupt));
    return child;
  }
}

const killAfterMs = 10_000;

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, "close");
  if (!child.killed) child.kill("SIGTERM");
  const force = setTimeout(() => child.kill("SIGKILL"), killAfterMs);
  await closed;
  clearTimeout(force);
}

async function eachLine(stream: NodeJS.ReadableStream, use: (line: string) => void): Promise<void> {
  stream.setEncoding("utf8");
  let rest = "";
  for await (const chunk of stream) {
    const lines = (rest + String(chunk)).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) use(stripVTControlCharacters(line));
  }
  if (rest !== "") use(stripVTControlCharacters(rest));
}

function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
