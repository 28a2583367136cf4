import type { Answer } from "./http.ts";

/** An attempt that failed in a way that may pass: kept apart so that only these are repeated. */
export class TransientError extends Error {
  readonly failure: Error;
  /** What the other side asked for with `Retry-After`. */
  readonly retryAfterMs: number | undefined;

  constructor(failure: Error, retryAfterMs?: number) {
    super(failure.message);
    this.failure = failure;
    this.retryAfterMs = retryAfterMs;
  }
}

const transientStatuses: readonly number[] = [408, 425, 429, 500, 502, 503, 504];

export function isTransientStatus(status: number): boolean {
  return transientStatuses.includes(status);
}

/** RFC 9110, 10.2.3: seconds, or a date. */
export function retryAfterMs(answer: Answer): number | undefined {
  const value = answer.header("retry-after");
  if (value === undefined) return undefined;
  const seconds = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.max(seconds, 0) * 1000 : undefined;
}
