// Standard output and standard error that cannot be written: a reader that has gone, or a full disk.

/** What a shell says of a program that SIGPIPE has ended: Node.js is told of the closed pipe instead, and ends by itself. */
const EXIT_PIPE = 128 + 13
const EXIT_FAILED = 1

/** A server goes on without somebody who reads its summary. */
export function guardOutput({ serves }: { readonly serves: boolean }): void {
  let told = false
  process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
    if (code === 'EPIPE') {
      if (!serves) process.exitCode = EXIT_PIPE
      return
    }
    process.exitCode = EXIT_FAILED
    if (!told) process.stderr.write(`✗ The answer cannot be written: ${message}.\n  Write it to another place.\n`)
    told = true
  })
  process.stderr.on('error', () => {}) // Nobody is left to tell.
}
