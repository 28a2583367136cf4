import { setTimeout as sleep } from "node:timers/promises";

export interface RetryOptions {
  /** Calls in all, the first included. Default 5. */
  readonly attempts?: number;
  /** Milliseconds before the second call; doubles each time. Default 200. */
  readonly baseDelayMs?: number;
  /** Milliseconds that one pause never exceeds. Default 5 000. With the defaults all pauses together are at most 3 s. */
  readonly maxDelayMs?: number;
  /** Whether this failure may pass by itself. Anything else is thrown at once. */
  readonly isTransient: (error: unknown) => boolean;
  /** Milliseconds that the other side asked for (`Retry-After`); replaces the computed pause, up to 60 s. */
  readonly retryAfterMs?: (error: unknown) => number | undefined;
  /** Told before each pause. */
  readonly onRetry?: (error: unknown, delayMs: number, attempt: number) => void;
  readonly signal?: AbortSignal | undefined;
  /** Tests pass their own. */
  readonly pause?: (delayMs: number, signal: AbortSignal | undefined) => Promise<void>;
  /** From 0 up to 1; spreads the pauses over half to the whole of the delay. */
  readonly random?: () => number;
}

const longestRequestedDelayMs = 60_000;

/**
 * Calls `work` until it succeeds, fails for good, or has failed `attempts` times; then throws its last error.
 *
 * @param work is given the number of the call, from 1
 */
export async function retry<T>(work: (attempt: number) => Promise<T>, options: RetryOptions): Promise<T> {
  const { attempts = 5, baseDelayMs = 200, maxDelayMs = 5_000, random = Math.random, pause = wait, signal } = options;
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted();
    try {
      return await work(attempt);
    } catch (error) {
      if (attempt >= attempts || signal?.aborted || !options.isTransient(error)) throw error;
      const computedMs = Math.min(maxDelayMs, baseDelayMs * 2 ** (attempt - 1)) * (0.5 + random() / 2);
      const requestedMs = options.retryAfterMs?.(error);
      const delayMs = requestedMs === undefined ? computedMs : Math.min(requestedMs, longestRequestedDelayMs);
      options.onRetry?.(error, delayMs, attempt);
      await pause(delayMs, signal);
    }
  }
}

async function wait(delayMs: number, signal: AbortSignal | undefined): Promise<void> {
  await sleep(delayMs, undefined, signal ? { signal } : {});
}
