import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

/** One bash that stays: folders, variables and background jobs go on from command to command. */
export class TourShell implements AsyncDisposable {
  readonly #bash: ChildProcess;
  readonly #timeoutMs: number;
  #printed = "";

  constructor(options: { readonly cwd: string; readonly vars: NodeJS.ProcessEnv; readonly timeoutMs?: number }) {
    this.#timeoutMs = options.timeoutMs ?? 30_000;
    // Its own process group, so that what it started can be ended with it.
    this.#bash = spawn("bash", ["--noprofile", "--norc"], {
      cwd: options.cwd,
      env: options.vars,
      stdio: ["pipe", "pipe", "pipe"],
      detached: true,
    });
    for (const stream of [this.#bash.stdout, this.#bash.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => (this.#printed += text));
    }
  }

  /**
   * Types a command and waits until it is done; one that ends in `&`, until it has printed as many lines as are expected.
   *
   * @returns what was printed on either stream, by jobs in the background too
   * @throws when it takes too long, with what was printed
   */
  async run(command: string, expectedLines: number): Promise<readonly string[]> {
    this.#printed = "";
    const isJob = command.endsWith("&");
    const end = `tour-${Math.random().toString(36).slice(2)}`;
    this.#bash.stdin?.write(isJob ? `${command}\n` : `{ ${command}\n} 2>&1\necho ${end}\n`);
    const isDone = (): boolean => (isJob ? this.#lines().length >= expectedLines : this.#printed.includes(end));
    for (const limit = Date.now() + this.#timeoutMs; !isDone(); await sleep(20)) {
      if (Date.now() > limit) throw new Error(`$ ${command}\ntakes too long; so far:\n${this.#printed}`);
    }
    this.#printed = this.#printed.replace(`${end}\n`, "");
    return this.#lines();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { pid } = this.#bash;
    if (pid === undefined || this.#bash.exitCode !== null) return;
    const closed = once(this.#bash, "close");
    process.kill(-pid, "SIGTERM");
    const force = setTimeout(() => process.kill(-pid, "SIGKILL"), 10_000);
    await closed;
    clearTimeout(force);
  }

  #lines(): readonly string[] {
    return this.#printed.split("\n").slice(0, -1);
  }
}
