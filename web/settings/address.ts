/** Longer addresses are refused by servers: the bridge's takes 16 KiB of a request. */
const LONGEST = 8000;

/** The part of the page's address that says what is set; undefined where that is too long for one. */
export function addressOf(parameters: [name: string, value: string][]): string | undefined {
  const address = String(new URLSearchParams(parameters));
  return address.length <= LONGEST ? address : undefined;
}

/** Shows it in the browser, in place of the one there, so that going back leaves the page. */
export function showAddress(address: string): void {
  try {
    history.replaceState(null, '', address === '' ? location.pathname : `?${address}`);
  } catch {
    // Some browsers count how often that is done: the next change comes with all before it.
    return;
  }
}
