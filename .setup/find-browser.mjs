// Prints the environment that the end-to-end tests need to start a browser, as JSON; installs a browser if there is none.
import { browserEnvironment } from './browser.mjs';

console.log(JSON.stringify(await browserEnvironment()));
