/** The storage of this browser tab; undefined if the browser forbids it, as it does in some private windows. */
export function tabStorage(): Storage | undefined {
  try {
    return sessionStorage;
  } catch {
    return undefined;
  }
}

/** The storage of this browser, which outlives a visit; undefined if the browser forbids it. */
export function browserStorage(): Storage | undefined {
  try {
    return localStorage;
  } catch {
    return undefined;
  }
}
