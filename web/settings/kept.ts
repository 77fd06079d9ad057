/**
 * What the browser keeps for the next visit. It may forbid that, and storage may be full or changed by others: then a
 * choice lasts as long as the page.
 */
export function kept(name: string): string | null {
  try {
    return localStorage.getItem(`aperto-${name}`);
  } catch {
    return null;
  }
}

export function keep(name: string, value: string): void {
  try {
    localStorage.setItem(`aperto-${name}`, value);
  } catch {
    return;
  }
}
