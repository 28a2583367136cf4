import { copyImage, type ImageSource, type ImageTarget } from "#oci";
import { Registry } from "#oci/client";
import { OciLayout } from "#oci/layout";

/**
 * `copy-image.ts push|pull HOST REPOSITORY FOLDER TAG…`: copies images one after the other, and prints the most memory
 * that this process has had after each, as JSON: `[bytes, …]`.
 */
const [direction, host = "", name = "", folder = "", ...tags] = process.argv.slice(2);

const local = (await OciLayout.open(folder)).repository(`${host}/${name}`);
const remote = new Registry(host).repository(name);
const [source, target]: [ImageSource, ImageTarget] = direction === "push" ? [local, remote] : [remote, local];

const peaks: number[] = [];
for (const tag of tags) {
  await copyImage(source, target, tag, { tag });
  peaks.push(process.resourceUsage().maxRSS * 1024);
}
process.stdout.write(JSON.stringify(peaks));
