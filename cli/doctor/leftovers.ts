import { glob, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Context } from "../context.ts";
import { count } from "../terminal/format.ts";
import { type Finding, ok } from "./check.ts";
import { dockerConfigPath } from "../registries.ts";

/** Milliseconds after which nobody works with a temporary file any more. */
const staleMs = 60 * 60 * 1000;

/** What commands that were killed left behind: half downloads, and files that were never put in their places. */
export async function checkLeftovers(context: Context): Promise<Finding> {
  const found = await findLeftovers(context);
  if (found.length === 0) return ok("none");
  const what = count(found.length, "temporary file");
  return {
    status: "warning",
    detail: [`${what} that nobody uses`, ...found].join("\n"),
    mend: {
      plan: `remove ${what}`,
      apply: async () => {
        for (const path of found) await rm(path, { recursive: true, force: true });
        return `removed ${what}`;
      },
    },
  };
}

async function findLeftovers(context: Context): Promise<readonly string[]> {
  const { folders } = context;
  const docker = dockerConfigPath(context);
  const places: readonly (readonly [folder: string, pattern: string])[] = [
    [folders.cache, "envoy-*/.download-*"],
    [folders.store, ".{index.json,oci-layout}.*.tmp"],
    [dirname(docker), ".config.json.*.tmp"],
  ];
  const found: string[] = [];
  for (const [folder, pattern] of places) {
    for await (const name of glob(pattern, { cwd: folder })) {
      const path = join(folder, name);
      const changed = await stat(path).catch(() => undefined);
      if (changed && Date.now() - changed.mtimeMs >= staleMs) found.push(path);
    }
  }
  return found;
}
