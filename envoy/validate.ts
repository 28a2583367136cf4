import { execFile } from "node:child_process";

export type Validation = { readonly isValid: true } | { readonly isValid: false; readonly reason: string };

/**
 * Asks Envoy whether it would take a bootstrap (`--mode validate`). Nothing is started: no port is opened.
 *
 * @returns Envoy's words when it would not
 */
export function validateConfig(envoyPath: string, configPath: string, signal?: AbortSignal): Promise<Validation> {
  const words = ["--mode", "validate", "--config-path", configPath, "--log-level", "error", "--disable-hot-restart"];
  return new Promise((resolve, reject) => {
    execFile(envoyPath, words, { timeout: 30_000, ...(signal ? { signal } : {}) }, (error, stdout, stderr) => {
      if (!error) return resolve({ isValid: true });
      if (signal?.aborted) return reject(signal.reason as Error);
      resolve({ isValid: false, reason: lastWords(`${stderr}\n${stdout}`) });
    });
  });
}

/** Without time stamps and sources, which say nothing to whoever wrote the configuration. */
function lastWords(log: string): string {
  const lines = log
    .split("\n")
    .map((line) => line.replace(/^\[[^\]]*\]\[\d+\]\[\w+\]\[\w+\]\s*(?:\[[^\]]*\]\s*)?/, "").trim());
  return [...new Set(lines.filter((line) => line !== ""))].slice(-3).join("\n");
}
