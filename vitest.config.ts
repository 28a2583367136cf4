import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["**/*.test.ts"],
    exclude: ["**/node_modules/**", "dist/**", "sdk/**", "templates/**", "filters/**"],
    globalSetup: ["./tools/prepare-parts.ts"],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    retry: 0,
    reporters: ["default", "./tools/counting-reporter.ts"],
  },
});
