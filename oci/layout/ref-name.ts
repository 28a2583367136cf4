import { type Descriptor, formatReference, type Reference } from "#oci";

/** image-spec v1.1, annotations.md. */
export const refNameKey = "org.opencontainers.image.ref.name";

/** The reference that an entry of the index is named by. */
export function refName(entry: Descriptor): string | undefined {
  return entry.annotations?.[refNameKey];
}

/** The name under which {@link OciLayout.repository} knows a reference's repository. */
export function repositoryName({ registry, repository }: Reference): string {
  return formatReference({ ...(registry === undefined ? {} : { registry }), repository });
}
