import { execFile } from "node:child_process";
import { promisify } from "node:util";

const execute = promisify(execFile);

/**
 * Runs a program to its end.
 *
 * @returns what it wrote on stdout
 * @throws with the last lines of what it wrote on stderr
 */
export async function run(program: string, words: readonly string[], vars: NodeJS.ProcessEnv = {}): Promise<string> {
  try {
    const { stdout } = await execute(program, words, { env: { ...process.env, ...vars }, maxBuffer: 64 * 1024 * 1024 });
    return stdout;
  } catch (cause) {
    const { stderr, message } = cause as { stderr?: string; message: string };
    const said = (stderr || message).trim().split("\n").slice(-8).join("\n");
    throw new Error(`${program} ${words.slice(0, 3).join(" ")} failed:\n${said}`, { cause });
  }
}

export function say(text: string): void {
  process.stderr.write(`parts: ${text}\n`);
}
