import { randomInt } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "../demo/free-port.ts";
import { part } from "../parts/mod.ts";
import { TourShell } from "./shell.ts";
import { consoleBlocks } from "./steps.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Ports that the tour names: each stands for a free one while it is taken. */
const ports = ["5000", "9901", "10000"];

/** The home of whoever reads the tour. */
const home = "/home/you";

export interface TakenStep {
  readonly command: string;
  readonly expected: readonly string[];
  /** As the document tells it: with its ports and its home. */
  readonly printed: readonly string[];
}

/** Types every command of a document's console blocks, in one shell, as a newcomer whose clone is in `~/wasm-hub`. */
export async function takeTour(markdown: string): Promise<readonly TakenStep[]> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "wasm-tour-")));
  const pairs = await Promise.all(ports.map(async (port) => [port, await freePortLike(port)] as const));
  const toFree = (text: string): string => pairs.reduce((all, [port, free]) => replacePort(all, port, free), text);
  const fromFree = (text: string): string => pairs.reduce((all, [port, free]) => replacePort(all, free, port), text);
  try {
    await layOutHome(folder, toFree);
    const { PATH } = process.env;
    await using shell = new TourShell({ cwd: folder, vars: { HOME: folder, PATH } });
    const taken: TakenStep[] = [];
    for (const { command, output } of consoleBlocks(markdown).flatMap(({ steps }) => steps)) {
      const printed = await shell.run(toFree(command), output.length);
      const told = printed.map((line) => fromFree(line).replaceAll(folder, home));
      taken.push({ command, expected: output, printed: told });
    }
    return taken;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A clone in which `npm ci` has run, and the Envoy that was fetched before. */
async function layOutHome(folder: string, toFree: (text: string) => string): Promise<void> {
  const tour = join(folder, "wasm-hub", "docs", "tour");
  await mkdir(tour, { recursive: true });
  await symlink(join(root, "node_modules"), join(folder, "wasm-hub", "node_modules"));
  for (const name of await readdir(join(root, "docs", "tour"))) {
    await writeFile(join(tour, name), toFree(await readFile(join(root, "docs", "tour", name), "utf8")));
  }
  const envoy = dirname(await part("envoy"));
  await mkdir(join(folder, ".cache", "wasm-hub"), { recursive: true });
  await symlink(envoy, join(folder, ".cache", "wasm-hub", basename(envoy)));
}

/** With as many digits: tables keep their columns. */
async function freePortLike(port: string): Promise<string> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const wanted = port.length === 4 ? randomInt(1_100, 10_000) : randomInt(10_000, 32_000);
    const free = await freePort(wanted).catch(() => undefined);
    if (free !== undefined) return String(free);
  }
  throw new Error(`no free port with ${port.length} digits`);
}

function replacePort(text: string, from: string, to: string): string {
  return text.replaceAll(new RegExp(`(?<=[: ])${from}(?!\\d)`, "g"), to);
}
