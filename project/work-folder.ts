import { errorCode } from "#core";

/** What the tool writes into a project, and Git ignores. */
export const workFolder = ".wasm";

/** Runs a write into the work folder that only saves time later: in a project that is read-only nothing is saved. */
export async function whereWritable(write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (!["EROFS", "EACCES", "EPERM"].includes(errorCode(error) ?? "")) throw error;
  }
}
