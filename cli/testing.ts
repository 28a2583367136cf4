import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { type CommandTree, isGroup } from "./command.ts";
import { commands } from "./commands.ts";
import type { Env, Output, Prompts } from "./env.ts";
import { run } from "./run.ts";

/** What a command line left behind. */
export interface Ran {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The one JSON document of stdout. */
  json(): Record<string, unknown>;
}

export interface PersonOptions {
  readonly vars?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  readonly stdin?: string;
  /** Answers at a terminal; absent: nobody is there. */
  readonly prompts?: Prompts;
  readonly tree?: CommandTree;
  readonly signal?: AbortSignal;
  readonly columns?: number;
}

/** Somebody with a home folder of their own, who types `wasm` commands. Nothing of the real home is read. */
export class Person implements AsyncDisposable {
  readonly home: string;
  readonly #options: PersonOptions;

  private constructor(home: string, options: PersonOptions) {
    this.home = home;
    this.#options = options;
  }

  static async arrives(options: PersonOptions = {}): Promise<Person> {
    return new Person(await mkdtemp(join(tmpdir(), "wasm-cli-")), options);
  }

  async types(words: readonly string[], options: PersonOptions = {}): Promise<Ran> {
    const merged = { ...this.#options, ...options };
    const stdout = new Sink(merged);
    const stderr = new Sink(merged);
    const env: Env = {
      cwd: merged.cwd ?? this.home,
      vars: { PATH: process.env["PATH"], ...this.#options.vars, ...options.vars },
      home: this.home,
      stdin: Object.assign(Readable.from(merged.stdin === undefined ? [] : [merged.stdin]), {
        isTTY: merged.prompts !== undefined,
      }),
      stdout,
      stderr,
      signal: merged.signal ?? new AbortController().signal,
      openPrompts: async () => {
        if (!merged.prompts) throw new Error("somebody was asked, and nobody is there");
        return merged.prompts;
      },
    };
    const status = await run(words, env, merged.tree);
    return {
      status,
      stdout: stdout.text,
      stderr: stderr.text,
      json: () => JSON.parse(stdout.text) as Record<string, unknown>,
    };
  }

  /** Types a command that must succeed. @throws with what it said */
  async does(words: readonly string[], options: PersonOptions = {}): Promise<Ran> {
    const ran = await this.types(words, options);
    if (ran.status !== 0) throw new Error(`wasm ${words.join(" ")} ended with ${ran.status}:\n${ran.stderr}`);
    return ran;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.home, { recursive: true, force: true });
  }
}

class Sink implements Output {
  text = "";
  readonly isTTY: boolean;
  readonly hasColors = false;
  readonly #columns: number;

  constructor({ prompts, columns = 100 }: PersonOptions) {
    this.isTTY = prompts !== undefined;
    this.#columns = columns;
  }

  write(text: string): void {
    this.text += text;
  }

  columns(): number {
    return this.#columns;
  }
}

/** What each command with `--json` prints by the example of its declaration, by the command's words. */
export async function documentedResults(): Promise<ReadonlyMap<string, unknown>> {
  const results = new Map<string, unknown>();
  const visit = async (path: readonly string[], tree: CommandTree): Promise<void> => {
    for (const [name, node] of Object.entries(tree)) {
      const own = [...path, name];
      if (isGroup(node)) await visit(own, node.commands);
      else {
        const { json } = await node.load();
        if (json !== undefined) results.set(own.join(" "), json);
      }
    }
  };
  await visit([], commands);
  return results;
}
