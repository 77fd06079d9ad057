import { PROJECT } from './paths.ts';

/**
 * Goes back to the folder from which the person called `npm start`: npm itself goes to the project's folder, and says where
 * it was (INIT_CWD). File names that the person gives are then right, and so are those in the server's command.
 */
export function returnToCallingFolder(): void {
  const folder = process.env['INIT_CWD'];
  if (folder === undefined || process.cwd() !== PROJECT) return;
  try {
    process.chdir(folder);
  } catch {
    // The folder is gone.
  }
}
