import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { pathExists } from "#core";
import { findGo } from "./go-toolchain.ts";
import { run, say } from "./run.ts";

export interface GoProgram {
  /** Import path of the `main` package. */
  readonly package: string;
  readonly version: string;
}

/**
 * A program made by `go install`, in a folder named for its version. Two processes that ask at once both build it; the
 * second rename finds the folder there and is dropped.
 */
export async function goPart(name: string, program: GoProgram, folder: string): Promise<string> {
  const home = join(folder, `${name}-${program.version}`);
  // What `go install` calls it.
  const path = join(home, basename(program.package));
  if (await pathExists(path)) return path;

  await mkdir(folder, { recursive: true });
  const go = await findGo(folder);
  const temporary = await mkdtemp(join(folder, `.${name}-`));
  try {
    say(`building ${name} ${program.version} with go install (once, up to a minute)`);
    await run(go, ["install", "-trimpath", `${program.package}@${program.version}`], { GOBIN: temporary });
    await rename(temporary, home).catch(async (error: unknown) => {
      if (!(await pathExists(path))) throw error;
    });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  return path;
}
