import { describe, expect, test } from "vitest";
import type { UploadId } from "../blobs/blob-store.ts";
import { UploadTurns } from "./upload-turns.ts";

const id = "5b0a9c1e-8a55-4a6e-9c0f-0123456789ab" as UploadId;
const other = "6b0a9c1e-8a55-4a6e-9c0f-0123456789ab" as UploadId;

/** Work that goes on until its signal is aborted, and says what it did. */
function untilAborted(log: string[], name: string): (signal: AbortSignal) => Promise<never> {
  return (signal) =>
    new Promise((_resolve, reject) => {
      log.push(`${name} begins`);
      signal.addEventListener("abort", () => {
        log.push(`${name} ends`);
        reject(signal.reason as Error);
      });
    });
}

/** Until those that were asked for before have begun. */
const begun = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("UploadTurns", () => {
  test("ends the older request before the newer one begins", async () => {
    const turns = new UploadTurns();
    const log: string[] = [];
    const first = turns.take(id, untilAborted(log, "first"));
    await begun();
    const second = turns.take(id, async () => void log.push("second begins"));
    await expect(first).rejects.toMatchObject({ code: "BLOB_UPLOAD_INVALID", status: 409 });
    await second;
    expect(log).toEqual(["first begins", "first ends", "second begins"]);
  });

  test("of several that wait only the newest has its turn", async () => {
    const turns = new UploadTurns();
    const log: string[] = [];
    const first = turns.take(id, untilAborted(log, "first"));
    await begun();
    const outcomes = await Promise.allSettled([
      first,
      turns.take(id, untilAborted(log, "second")),
      turns.take(id, untilAborted(log, "third")),
      turns.take(id, async () => "done"),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected", "fulfilled"]);
    expect(log).toEqual(["first begins", "first ends"]);
  });

  test("lets other uploads alone, and the next one in after a failure", async () => {
    const turns = new UploadTurns();
    const log: string[] = [];
    const running = turns.take(id, untilAborted(log, "first"));
    expect(await turns.take(other, async () => "done")).toBe("done");
    await expect(turns.take(other, () => Promise.reject(new Error("broke")))).rejects.toThrow("broke");
    expect(await turns.take(other, async () => "again")).toBe("again");
    expect(log).toEqual(["first begins"]);
    await Promise.all([expect(running).rejects.toThrow("newer request"), turns.take(id, async () => undefined)]);
  });
});
