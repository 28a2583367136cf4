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

  test("spreads its pauses over half to the whole of the delay, so that many do not come back at once", async () => {
    const delays: number[] = [];
    const pause = async (ms: number): Promise<void> => void delays.push(ms);
    await retry(failing(2).work, { ...options, random: () => 0, pause });
    await retry(failing(2).work, { ...options, random: () => 0.5, pause });
    expect(delays).toEqual([100, 200, 150, 300]);
  });

  test("waits no longer than a minute, whatever the other side asked", async () => {
    const delays: number[] = [];
    const pause = async (ms: number): Promise<void> => void delays.push(ms);
    await retry(failing(1).work, { ...options, retryAfterMs: () => 86_400_000, pause });
    expect(delays).toEqual([60_000]);
  });

  test("tells of each pause before it, and gives the work the number of the call", async () => {
    const told: unknown[] = [];
    const subject = failing(2);
    const work = (attempt: number): Promise<string> => {
      told.push(`call ${attempt}`);
      return subject.work();
    };
    const onRetry = (error: unknown, delayMs: number, attempt: number): void =>
      void told.push([error, delayMs, attempt]);
    await retry(work, { ...options, onRetry, pause: async () => {} });
    expect(told).toEqual(["call 1", [transient, 200, 1], "call 2", [transient, 400, 2], "call 3"]);
  });

  test("calls five times in all when nothing else is said", async () => {
    const subject = failing(9);
    await expect(retry(subject.work, { ...options, pause: async () => {} })).rejects.toBe(transient);
    expect(subject.calls()).toBe(5);
  });

  test("calls nothing when the signal is aborted before", async () => {
    const subject = failing(0);
    const signal = AbortSignal.abort(new Error("interrupted"));
    await expect(retry(subject.work, { ...options, signal })).rejects.toThrow("interrupted");
    expect(subject.calls()).toBe(0);
  });

  test("ends a pause when the signal is aborted", async () => {
    const controller = new AbortController();
    const subject = failing(9);
    const onRetry = (): void => controller.abort();
    const retried = retry(subject.work, {
      ...options,
      baseDelayMs: 600_000,
      maxDelayMs: 600_000,
      onRetry,
      signal: controller.signal,
    });
    await expect(retried).rejects.toMatchObject({ name: "AbortError" });
    expect(subject.calls()).toBe(1);
  });
});
