// Tags one image many times: `node tag-many.ts LAYOUT PREFIX COUNT`.
import { packFilterImage, writeImage } from "#oci/image";
import { OciLayout } from "#oci/layout";

const [folder = "", prefix = "", count = ""] = process.argv.slice(2);
const repository = (await OciLayout.open(folder)).repository("hub.example/me/a");
const runtimeConfig = { type: "envoy_proxy", abiVersions: ["v0.2.1"], config: { rootIds: ["a"] } } as const;
const image = await packFilterImage({ module: Buffer.from(prefix), runtimeConfig });
for (let round = 0; round < Number(count); round++) await writeImage(repository, image, `${prefix}-${round}`);
