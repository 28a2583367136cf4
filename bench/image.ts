import { type PackedImage, packFilterImage, type RuntimeConfig } from "#oci/image";

export const runtimeConfig: RuntimeConfig = {
  type: "envoy_proxy",
  abiVersions: ["v0.2.1"],
  config: { rootIds: ["bench"] },
};

/** Registries do not look into a module: any bytes will do. */
export function packBytes(module: Uint8Array): Promise<PackedImage> {
  return packFilterImage({ module, runtimeConfig });
}
