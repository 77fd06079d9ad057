/** Used if the browser does not say when it is idle. Milliseconds. */
const LATER = 300;

/** Resolves when the page has nothing more urgent to do: what is loaded then does not delay the first button. */
export function whenIdle(): Promise<void> {
  return new Promise((resolve) => {
    if ('requestIdleCallback' in window) requestIdleCallback(() => resolve());
    else setTimeout(resolve, LATER);
  });
}
