import { defineConfig, devices } from '@playwright/test';
import './test/helpers/programs/python.ts';

const root = process.getuid?.() === 0;
const packaged = process.env['APERTO_CHROMIUM_PACKAGED'] === '1';

// Every worker has a bridge and a server program of its own: see test/e2e/bridge.ts.
export default defineConfig({
  testDir: 'test/e2e',
  testMatch: '*.e2e.ts',
  globalSetup: './test/helpers/programs/nothing-left.ts',
  // On two cores a third makes nothing faster: a browser has several processes of its own.
  workers: 2,
  fullyParallel: true,
  forbidOnly: true,
  // A limit only ends a wait in vain: on a busy machine a page alone may take seconds to draw.
  timeout: 120_000,
  expect: { timeout: 20_000 },
  use: {
    ...devices['Desktop Chrome'],
    // The commonest laptop.
    viewport: { width: 1366, height: 768 },
    locale: 'en-US',
    trace: 'off',
    launchOptions: {
      executablePath: process.env['APERTO_CHROMIUM'] ?? '/usr/bin/chromium',
      args: [
        ...(root || packaged ? ['--no-sandbox'] : []),
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--no-first-run',
        '--disable-quic',
        '--disable-gpu',
      ],
    },
  },
});
