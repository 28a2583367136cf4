/** Types with which a client says that it takes any manifest: browsers, `curl`, and tools that only want JSON. */
const anyManifest: readonly string[] = ["*/*", "application/*", "application/json", "text/html"];

/** Whether an `Accept` header (RFC 9110, 12.5.1) admits a manifest of this media type. Weights other than 0 are all the same. */
export function accepts(header: string | undefined, mediaType: string): boolean {
  if (header === undefined || header.trim() === "") return true;
  return header.split(",").some((entry) => {
    const [type = "", ...parameters] = entry.split(";").map((part) => part.trim().toLowerCase());
    const refused = parameters.some((parameter) => /^q=0(?:\.0{0,3})?$/.test(parameter));
    return !refused && (type === mediaType.toLowerCase() || anyManifest.includes(type));
  });
}
