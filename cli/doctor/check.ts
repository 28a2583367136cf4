import type { Context } from "../context.ts";

/** What one check found. */
export interface Finding {
  readonly status: "ok" | "warning" | "failed";
  /** One line: what is there, or what is wrong. */
  readonly detail: string;
  /** What the person can do. */
  readonly hint?: string;
  /** Mends it. @returns what was done, in words */
  readonly fix?: () => Promise<string>;
}

export interface Check {
  readonly name: string;
  run(context: Context): Promise<Finding>;
}

export function ok(detail: string): Finding {
  return { status: "ok", detail };
}
