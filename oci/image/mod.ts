export { type Content, type PackedImage, writeImage } from "./content.ts";
export { type FilterImageInput, type ImageFormat, imageFormats, packFilterImage } from "./pack.ts";
export { type FilterContent, type FilterImage, readFilterImage, readModule } from "./read.ts";
export { packReferrer, type ReferrerInput, referrerTypes } from "./referrer.ts";
export type { RuntimeConfig } from "./runtime-config.ts";
