/** The storage of this browser tab; undefined if the browser forbids it, as it does in some private windows. */
export function tabStorage(): Storage | undefined {
  try {
    return sessionStorage;
  } catch {
    return undefined;
  }
}
