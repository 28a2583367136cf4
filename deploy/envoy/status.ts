import type { EnvoyAdmin } from "#envoy";
import { type DeploymentRecord, readRecords } from "./record.ts";
import { readSlots } from "./running.ts";
import { slotName } from "./slot.ts";

export interface DeploymentStatus {
  readonly record: DeploymentRecord;
  /**
   * - `running`: Envoy runs this version
   * - `stale`: Envoy runs another version
   * - `refused`: Envoy refused this version and runs on with another
   * - `absent`: Envoy has no such filter: it has to be started again
   * - `unknown`: no Envoy could be asked
   */
  readonly state: "running" | "stale" | "refused" | "absent" | "unknown";
  /** What Envoy said, when it refused. */
  readonly reason: string | undefined;
}

/** Compares what was deployed to a bootstrap with what Envoy runs. */
export async function deploymentStatus(
  bootstrapPath: string,
  admin: EnvoyAdmin | undefined,
  signal?: AbortSignal,
): Promise<readonly DeploymentStatus[]> {
  const records = await readRecords(bootstrapPath);
  const extensions = admin && records.length > 0 ? await readSlots(admin, signal) : [];
  return records.map((record) => {
    if (!admin) return { record, state: "unknown", reason: undefined };
    const slots = extensions.filter(({ name }) => name === slotName(record.name));
    const reason = slots
      .map(({ refused }) => refused)
      .find((refused) => refused?.version.startsWith(record.version))?.reason;
    if (slots.length === 0) return { record, state: "absent", reason };
    // A module that Envoy fetches itself is offered again under a longer version.
    if (slots.every(({ version }) => version.startsWith(record.version)))
      return { record, state: "running", reason: undefined };
    return { record, state: reason === undefined ? "stale" : "refused", reason };
  });
}
