import { homedir } from "node:os";
import { join } from "node:path";
import { envoyPart } from "./envoy-part.ts";
import { type GoProgram, goPart } from "./go-part.ts";

/** Third-party programs that the tests run against, each at the version that they are known to pass with. */
const goPrograms = {
  oras: { package: "oras.land/oras/cmd/oras", version: "v1.3.6" },
  crane: { package: "github.com/google/go-containerregistry/cmd/crane", version: "v0.22.1" },
  conformance: {
    package: "github.com/opencontainers/distribution-spec/conformance",
    version: "v0.0.0-20260831232431-97274622c111",
  },
  /** CNCF distribution, the registry that benchmarks measure the hub against. */
  distribution: { package: "github.com/distribution/distribution/v3/cmd/registry", version: "v3.1.2" },
} as const satisfies Record<string, GoProgram>;

export type PartName = keyof typeof goPrograms | "envoy";

/** What tests need. */
export const partNames: readonly PartName[] = ["envoy", "oras", "crane", "conformance"];

/** `$WASM_HUB_PARTS`, else `wasm-hub/parts` in the user's cache folder. */
function partsFolder(): string {
  const { WASM_HUB_PARTS, XDG_CACHE_HOME } = process.env;
  return WASM_HUB_PARTS || join(XDG_CACHE_HOME || join(homedir(), ".cache"), "wasm-hub", "parts");
}

/**
 * Finds a real part, and fetches it into {@link partsFolder} first when it is missing. Says on stderr what it fetches.
 *
 * @returns the program's absolute path
 * @throws when it cannot be had; see {@link partOrReason} for what tests do then
 */
export function part(name: PartName): Promise<string> {
  return name === "envoy" ? envoyPart(partsFolder()) : goPart(name, goPrograms[name], partsFolder());
}

/** Where a part is, or why it is not to be had here. With `CI=true` a missing part is an error. */
export async function partOrReason(name: PartName): Promise<{ path: string } | { reason: string }> {
  try {
    return { path: await part(name) };
  } catch (error) {
    if (process.env["CI"]) throw error;
    return { reason: error instanceof Error ? error.message : String(error) };
  }
}
