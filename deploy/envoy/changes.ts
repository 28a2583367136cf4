import type { ConfigFile, Snapshot } from "./snapshot.ts";

/** One file before and after; undefined where it does not exist. */
export interface FileChange {
  readonly role: "module" | "record" | "extension" | ConfigFile["role"];
  /** Absolute. */
  readonly path: string;
  readonly before: Buffer | undefined;
  readonly after: Buffer | undefined;
}

/** A file in the deployment's own folder. */
export function ownChange(
  { own }: Snapshot,
  role: "module" | "record" | "extension",
  path: string,
  after: Buffer | undefined,
): FileChange {
  return { role, path, before: own.get(path), after };
}

/** Clusters before the listeners whose filters fetch through them; what a running Envoy does not read comes last. */
export function configChanges({ configs }: Snapshot, texts: ReadonlyMap<ConfigFile, string>): readonly FileChange[] {
  return (["clusters", "listeners", "bootstrap"] as const).flatMap((role) =>
    configs
      .filter((config) => config.role === role)
      .map((config) => {
        const before = config.yaml.text;
        const after = Buffer.from(texts.get(config) ?? before);
        return { role, path: config.path, before: Buffer.from(before), after };
      }),
  );
}

/** Removes every module in the deployment's folder but one. */
export function moduleRemovals(snapshot: Snapshot, except: string | undefined): readonly FileChange[] {
  return [...snapshot.own.keys()]
    .filter((path) => /\/sha256-[0-9a-f]{64}\.wasm$/.test(path) && path !== except)
    .map((path) => ownChange(snapshot, "module", path, undefined));
}

export function isChange({ before, after }: FileChange): boolean {
  return before && after ? !after.equals(before) : before !== after;
}
