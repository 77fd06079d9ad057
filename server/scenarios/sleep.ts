/** Blocks this thread, and with it the whole program, as sleep(3) would: nothing is accepted, nothing is read. */
export function sleep(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
