import { errorMessage, HubError } from "#core";
import type { Context } from "../context.ts";

/** What one check found. */
export interface Finding {
  readonly status: "ok" | "warning" | "failed";
  /** What is there, or what is wrong. */
  readonly detail: string;
  /** What the person can do. */
  readonly hint?: string | undefined;
  readonly mend?: Mend | undefined;
}

/** How a finding can be mended. */
export interface Mend {
  /** What would be done: imperative, lower case, no period. */
  readonly plan: string;
  /** @returns what was done, in words */
  apply(): Promise<string>;
}

export interface Check {
  readonly name: string;
  run(context: Context): Promise<Finding>;
}

export function ok(detail: string): Finding {
  return { status: "ok", detail };
}

export function failed(detail: string, hint?: string): Finding {
  return { status: "failed", detail, hint };
}

export function fromError(error: unknown): Finding {
  return failed(errorMessage(error), error instanceof HubError ? error.hint : undefined);
}
