/** Servers refuse longer addresses: the bridge's takes 16 KiB of a request. */
const LONGEST = 8000;

/** The query of the page's address with these parameters; undefined if it is too long for an address. */
export function addressOf(parameters: [name: string, value: string][]): string | undefined {
  const address = String(new URLSearchParams(parameters));
  return address.length <= LONGEST ? address : undefined;
}

/** Replaces the query in the browser's address bar, so that going back leaves the page. */
export function showAddress(address: string): void {
  try {
    history.replaceState(null, '', address === '' ? location.pathname : `?${address}`);
  } catch {
    // Some browsers limit how often that is done. The next change brings this one along.
    return;
  }
}

/** Reports which parameters of the page's address mean nothing to it. */
export async function checkAddress(
  asked: URLSearchParams,
  report: (code: string, message?: string) => void,
): Promise<void> {
  if (asked.size === 0) return;
  try {
    const { addressFaults } = await import('./address-faults.ts');
    const faults = addressFaults(asked);
    if (faults.length > 0) report('ADDRESS', faults.join(', '));
  } catch {
    report('not-connected');
  }
}
