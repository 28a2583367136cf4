import { formatReference } from "#oci";
import type { CommandTree } from "../command.ts";
import type { Env } from "../env.ts";
import { findFolders } from "../folders.ts";
import { existingStore } from "../images.ts";
import { dockerCredentials } from "../registries.ts";
import type { Candidate } from "./complete.ts";

/** What there is on this machine to be named. Asked only for what is being typed. */
export interface CompletionSource {
  readonly commands: CommandTree;
  references(): Promise<readonly Candidate[]>;
  registries(): Promise<readonly Candidate[]>;
}

/** Completion must never fail, nor write: what cannot be read is not offered. */
export function machineSource(env: Pick<Env, "vars" | "home">, commands: CommandTree): CompletionSource {
  const folders = findFolders(env.vars, env.home);
  return {
    commands,
    async references() {
      try {
        const images = (await (await existingStore({ folders }))?.list()) ?? [];
        return images.map(({ reference, manifest }) => ({
          value: formatReference(reference),
          description: manifest.digest.slice(0, "sha256:".length + 12),
        }));
      } catch {
        return [];
      }
    },
    async registries() {
      try {
        return (await dockerCredentials(env).hosts()).map((value) => ({ value }));
      } catch {
        return [];
      }
    },
  };
}
