import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";

type Names = Readonly<Record<string, string>>;

/** What this check reads of an entry of a lock file (npm's documentation, "package-lock.json"). */
export interface LockEntry {
  readonly resolved?: string;
  readonly integrity?: string;
  readonly dependencies?: Names;
  readonly devDependencies?: Names;
  readonly optionalDependencies?: Names;
  readonly peerDependencies?: Names;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/** By path: `""` is the package itself, `node_modules/a/node_modules/b` what `a` has of its own. */
export type LockedPackages = Readonly<Record<string, LockEntry>>;

/**
 * What would make `npm ci` refuse a lock file, or make it differ from one machine to another. npm leaves packages of other
 * platforms out when it writes a lock file beside a `node_modules` that lacks them, and `npm ci` refuses it elsewhere.
 *
 * @returns a line for each fault
 */
export function lockFileFaults(packages: LockedPackages, manifest: LockEntry): readonly string[] {
  const faults: string[] = [];
  for (const kind of ["dependencies", "devDependencies", "optionalDependencies"] as const) {
    if (!isDeepStrictEqual({ ...packages[""]?.[kind] }, { ...manifest[kind] })) {
      faults.push(`${kind} are not those of package.json`);
    }
  }
  for (const [path, entry] of Object.entries(packages)) {
    if (entry.resolved !== undefined) faults.push(`${path} names where it was fetched from: ${entry.resolved}`);
    if (path !== "" && entry.integrity === undefined) faults.push(`${path} has no integrity`);
    for (const name of wantedBy(entry)) {
      if (!isLocked(packages, path, name)) faults.push(`${path || "package.json"} wants ${name}, which is not there`);
    }
  }
  return faults;
}

function wantedBy(entry: LockEntry): readonly string[] {
  const { dependencies, devDependencies, optionalDependencies, peerDependencies, peerDependenciesMeta } = entry;
  const peers = Object.keys(peerDependencies ?? {}).filter((name) => !peerDependenciesMeta?.[name]?.optional);
  return [...Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies }), ...peers];
}

/** Node.js looks beside the package, then in each `node_modules` above it. */
function isLocked(packages: LockedPackages, from: string, name: string): boolean {
  for (let folder = from; ; folder = folder.slice(0, Math.max(folder.lastIndexOf("/node_modules/"), 0))) {
    if (Object.hasOwn(packages, folder === "" ? `node_modules/${name}` : `${folder}/node_modules/${name}`)) return true;
    if (folder === "") return false;
  }
}

if (import.meta.main) {
  const read = async (name: string): Promise<unknown> =>
    JSON.parse(await readFile(fileURLToPath(new URL(`../../${name}`, import.meta.url)), "utf8"));
  const { packages } = (await read("package-lock.json")) as { packages: LockedPackages };
  const faults = lockFileFaults(packages, (await read("package.json")) as LockEntry);
  for (const fault of faults) process.stderr.write(`package-lock.json: ${fault}\n`);
  process.stdout.write(`${Object.keys(packages).length} packages, ${faults.length} faults\n`);
  if (faults.length > 0) process.exitCode = 1;
}
