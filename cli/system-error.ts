import { errorCode, HubError } from "#core";

/** System errors that a person can meet by the state of their machine, and what helps. */
const systemErrors: Readonly<Record<string, readonly [what: string, hint: string]>> = {
  ENOENT: ["no such file or folder", "check the path"],
  EACCES: ["permission denied", "check who owns it and its permissions"],
  EPERM: ["operation not permitted", "check who owns it and its permissions"],
  EROFS: ["the file system is read-only", "choose another folder"],
  ENOSPC: ["no space left on the disk", "free some space, or move the folder with XDG_DATA_HOME or XDG_CACHE_HOME"],
  EDQUOT: ["the disk quota is used up", "free some space, or move the folder with XDG_DATA_HOME or XDG_CACHE_HOME"],
  EFBIG: ["the file would be larger than is allowed here", "raise the limit with ulimit -f"],
  EIO: ["the disk could not be read or written", "look into the system's log"],
  EISDIR: ["is a folder, not a file", "name a file"],
  ENOTDIR: ["a part of the path is a file, not a folder", "check the path"],
  EEXIST: ["exists already", "choose another name, or remove it"],
  ENOTEMPTY: ["the folder is not empty", "choose another folder"],
  ENAMETOOLONG: ["the name is too long", "choose a shorter one"],
  ELOOP: ["symbolic links lead in a circle", "check the path"],
  EMFILE: ["too many open files", "raise the limit with ulimit -n"],
  EADDRINUSE: ["the port is in use", "choose another port; 0 takes a free one"],
  EADDRNOTAVAIL: ["the address is not one of this machine", "listen on 127.0.0.1, or on 0.0.0.0 for all"],
};

/** An error of the operating system in words; undefined for any other, and for those that no person can help. */
export function systemError(error: unknown): HubError | undefined {
  const code = errorCode(error);
  const known = code !== undefined && Object.hasOwn(systemErrors, code) ? systemErrors[code] : undefined;
  if (code === undefined || !known) return undefined;
  const { path, dest, address, port } = error as { path?: string; dest?: string; address?: string; port?: number };
  const where = path ?? dest ?? (address === undefined ? undefined : `${address}:${port}`);
  const [what, hint] = known;
  const message = where === undefined ? what : `${where}: ${what}`;
  return new HubError(code, message, { hint, cause: error, detail: where === undefined ? {} : { path: where } });
}
