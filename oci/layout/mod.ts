export { StoreError, storeErrors } from "./errors.ts";
export { type CollectResult, OciLayout, type StoredImage } from "./layout.ts";
export { repositoryName } from "./ref-name.ts";
export { LayoutRepository } from "./repository.ts";
