import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";

const script = fileURLToPath(new URL("terminal.py", import.meta.url));

export interface TerminalOptions {
  readonly columns?: number;
  readonly rows?: number;
}

/** How a program left the terminal. */
export interface Left {
  readonly status: number;
  /** Whether the terminal's settings are what they were: line by line, with echo. */
  readonly isRestored: boolean;
  readonly isCursorShown: boolean;
  /** All that was drawn, without colours and movements of the cursor. */
  readonly text: string;
  readonly raw: string;
}

/** A program at a real terminal, and somebody who reads and types. */
export class Terminal {
  readonly #child: ChildProcess;
  readonly #folder: string;
  raw = "";
  #wake = (): void => undefined;

  private constructor(child: ChildProcess, folder: string) {
    this.#child = child;
    this.#folder = folder;
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.raw += text;
      this.#wake();
    });
    child.once("close", () => this.#wake());
  }

  static async open(
    program: readonly string[],
    options: TerminalOptions & { readonly cwd: string; readonly vars: NodeJS.ProcessEnv },
  ): Promise<Terminal> {
    const { columns = 100, rows = 40, cwd, vars } = options;
    const folder = await mkdtemp(join(tmpdir(), "wasm-terminal-"));
    // Only the program has these variables: its PATH need not lead to a Python.
    const settings = Object.entries(vars).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]));
    const words = [script, String(columns), String(rows), join(folder, "left.json"), "--"];
    const child = spawn("python3", [...words, "/usr/bin/env", "-i", ...settings, ...program], {
      cwd,
      stdio: ["pipe", "pipe", "inherit"],
    });
    return new Terminal(child, folder);
  }

  /** What has been drawn so far, without colours and movements of the cursor. */
  get text(): string {
    return stripVTControlCharacters(this.raw).replaceAll("\r", "");
  }

  /** Waits until the text holds it. @throws when the program ends before */
  async shows(what: string | RegExp): Promise<void> {
    const isThere = (): boolean => (typeof what === "string" ? this.text.includes(what) : what.test(this.text));
    while (!isThere()) {
      if (this.#child.exitCode !== null) throw new Error(`it ended without showing ${what}:\n${this.text}`);
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  type(text: string): void {
    this.#child.stdin?.write(text);
  }

  /** Types Ctrl-C: the terminal sends SIGINT to what runs in it, or the program reads the key. */
  interrupt(): void {
    this.type("\u0003");
  }

  /** Process id of the program, once it has drawn something. */
  async pid(): Promise<number> {
    return (JSON.parse(await readFile(join(this.#folder, "left.json"), "utf8")) as { pid: number }).pid;
  }

  /** Waits for the program's end. */
  async ends(): Promise<Left> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, "close");
    try {
      const report = JSON.parse(await readFile(join(this.#folder, "left.json"), "utf8")) as Left;
      const isCursorShown = this.raw.lastIndexOf("\u001b[?25l") <= this.raw.lastIndexOf("\u001b[?25h");
      return { ...report, isCursorShown, text: this.text, raw: this.raw };
    } finally {
      await rm(this.#folder, { recursive: true, force: true });
    }
  }
}
