import { join } from "node:path";
import { deploymentFolder } from "./names.ts";
import { type DeploymentRecord, readRecords } from "./record.ts";
import { type Admin, readListeners, readSlot, type RunningListener } from "./running.ts";

export interface DeploymentStatus {
  readonly record: DeploymentRecord;
  /**
   * - `running`: Envoy runs this version
   * - `stale`: Envoy runs another version
   * - `refused`: Envoy refused a version and runs on with another
   * - `absent`: Envoy has no such filter: it has to be started again
   * - `unknown`: no Envoy could be asked
   */
  readonly state: "running" | "stale" | "refused" | "absent" | "unknown";
  /** More about it, when it is not as it should be. */
  readonly reason: string | undefined;
}

/** Compares what was deployed to a bootstrap with what Envoy runs. */
export async function deploymentStatus(
  bootstrapPath: string,
  admin: Admin | undefined,
  signal?: AbortSignal,
): Promise<readonly DeploymentStatus[]> {
  const records = await readRecords(bootstrapPath);
  if (!admin) return records.map((record) => ({ record, state: "unknown", reason: undefined }));
  const listeners = await readListeners(admin, signal);
  return Promise.all(
    records.map(async (record) => ({ record, ...(await compare(record, bootstrapPath, listeners, admin, signal)) })),
  );
}

async function compare(
  record: DeploymentRecord,
  bootstrapPath: string,
  listeners: readonly RunningListener[],
  admin: Admin,
  signal: AbortSignal | undefined,
): Promise<Omit<DeploymentStatus, "record">> {
  const path = join(deploymentFolder(bootstrapPath, record.name), record.extensionFile);
  const slot = await readSlot(admin, record.name, signal);
  if (!slot || !listeners.some((listener) => listener.mentions(path))) return { state: "absent", reason: undefined };
  if (slot.version === record.version) return { state: "running", reason: undefined };
  const runs = `it runs version ${slot.version ?? "none"} of its configuration, not ${record.version}`;
  if (slot.refused === 0) return { state: "stale", reason: runs };
  return { state: "refused", reason: `${runs}; it has refused ${slot.refused} since it began, and its log says why` };
}
