import { prepare } from './prepare.mjs';

prepare();
const { main } = await import('../dist/bridge/main.js');
await main(process.argv.slice(2));
