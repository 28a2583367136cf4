import { describe, expect, test } from "vitest";
import { retry } from "./retry.ts";

const transient = new Error("connection reset");

function failing(times: number, error: Error = transient): { calls: () => number; work: () => Promise<string> } {
  let calls = 0;
  return {
    calls: () => calls,
    work: async () => {
      if (++calls <= times) throw error;
      return "done";
    },
  };
}

describe("retry()", () => {
  const options = { isTransient: (error: unknown) => error === transient, random: () => 1 };

  test("returns the first success and pauses twice as long each time", async () => {
    const delays: number[] = [];
    const subject = failing(3);
    const result = await retry(subject.work, { ...options, pause: async (ms) => void delays.push(ms) });
    expect(result).toBe("done");
    expect(delays).toEqual([200, 400, 800]);
  });

  test("never pauses longer than maxDelayMs", async () => {
    const delays: number[] = [];
    const subject = failing(4);
    await retry(subject.work, { ...options, maxDelayMs: 300, pause: async (ms) => void delays.push(ms) });
    expect(delays).toEqual([200, 300, 300, 300]);
  });

  test("waits as long as the other side asked", async () => {
    const delays: number[] = [];
    const subject = failing(1);
    await retry(subject.work, { ...options, retryAfterMs: () => 7_000, pause: async (ms) => void delays.push(ms) });
    expect(delays).toEqual([7_000]);
  });

  test("throws a lasting failure at once", async () => {
    const lasting = new Error("not found");
    const subject = failing(1, lasting);
    await expect(retry(subject.work, options)).rejects.toBe(lasting);
    expect(subject.calls()).toBe(1);
  });

  test("gives up after the last attempt with the last error", async () => {
    const subject = failing(9);
    await expect(retry(subject.work, { ...options, attempts: 3, pause: async () => {} })).rejects.toBe(transient);
    expect(subject.calls()).toBe(3);
  });

  test("stops when the signal is aborted", async () => {
    const controller = new AbortController();
    const subject = failing(9);
    const pause = async (): Promise<void> => controller.abort(new Error("interrupted"));
    await expect(retry(subject.work, { ...options, pause, signal: controller.signal })).rejects.toThrow("interrupted");
    expect(subject.calls()).toBe(1);
  });
});
