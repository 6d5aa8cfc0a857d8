// Compiled code kept from one run to the next, for a program started with Node.js alone (tools/bootstrap does better for a server).

import { enableCompileCache, flushCompileCache } from 'node:module'

/** For what is loaded from now on, by this thread and by those it starts. A folder that cannot be written is no fault. */
export function keepCompiledCode(folder: string): void {
  const { directory } = enableCompileCache(folder)
  // Absent where somebody decided against it.
  if (directory !== undefined) process.env['NODE_COMPILE_CACHE'] ??= folder
}

/** Written now and not when the thread ends: a thread that is ended by others writes nothing. */
export function writeCompiledCode(): void {
  flushCompileCache()
}
