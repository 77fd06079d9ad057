/** Whether a whole number from 0 to 2^53 is prime. Trial division makes at most some 10 000 divisions below 10^9. */
export function isPrime(value: number): boolean {
  if (value < 2) return false;
  if (value < 4) return true;
  if (value % 2 === 0 || value % 3 === 0) return false;
  // Every larger prime is one more or one less than a multiple of six.
  for (let divisor = 5; divisor * divisor <= value; divisor += 6) {
    if (value % divisor === 0 || value % (divisor + 2) === 0) return false;
  }
  return true;
}
