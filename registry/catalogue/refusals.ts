import { type Descriptor, type Digest, RegistryError } from "#oci";

export function manifestUnknown(repository: string, reference: string): RegistryError {
  return new RegistryError("MANIFEST_UNKNOWN", { detail: { repository, reference } });
}

export function nameUnknown(repository: string): RegistryError {
  return new RegistryError("NAME_UNKNOWN", { detail: { repository } });
}

export function referenceMissing(missing: Descriptor): RegistryError {
  return new RegistryError("MANIFEST_BLOB_UNKNOWN", {
    message: `the manifest references ${missing.digest}, which is not in this repository`,
    detail: { digest: missing.digest },
  });
}

export function referenceSizeDiffers(reference: Descriptor, actualSize: number): RegistryError {
  return new RegistryError("MANIFEST_INVALID", {
    message: `the manifest says that ${reference.digest} has ${reference.size} bytes; it has ${actualSize}`,
    detail: { digest: reference.digest, size: reference.size, actualSize },
  });
}

/** distribution-spec v1.1 leaves 405 for a deletion that the registry does not allow. */
export function stillReferenced(digest: Digest, by: Digest): RegistryError {
  return new RegistryError("UNSUPPORTED", {
    message: `${digest} is referenced by manifest ${by} of this repository: delete that first`,
    detail: { digest, referencedBy: by },
  });
}
