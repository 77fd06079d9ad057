/** Node's arguments for the bridge as `npm start` runs it; the program's own arguments follow. */
export const BRIDGE = argumentsFor('main.js', 'await main(process.argv.slice(1));');

/** The same for the terminal client, as `npm run client` runs it. */
export const CLIENT = argumentsFor('client.js', 'process.exitCode = await main(process.argv.slice(1));');

function argumentsFor(file: string, call: string): readonly string[] {
  const { href } = new URL(`../../../dist/bridge/${file}`, import.meta.url);
  return ['--input-type=module', '-e', `import { main } from ${JSON.stringify(href)}; ${call}`, '--'];
}
