// How much nonsense a connection may still bring: breaches of the protocol in all, idle commands since its last message.

import { BAD_COMMANDS_MAX, IDLE_COMMANDS_MAX } from './limits.ts'
import type { SmtpServerOptions } from './options.ts'

export class Patience {
  readonly #options: SmtpServerOptions
  #badCommands = 0
  #idleCommands = 0

  constructor(options: SmtpServerOptions) {
    this.#options = options
  }

  /** False when that was one too many. */
  forBadCommand(): boolean {
    return ++this.#badCommands <= (this.#options.badCommandsMax ?? BAD_COMMANDS_MAX)
  }

  /** False when that was one too many. */
  forIdleCommand(): boolean {
    return ++this.#idleCommands <= (this.#options.idleCommandsMax ?? IDLE_COMMANDS_MAX)
  }

  messageTaken(): void {
    this.#idleCommands = 0
  }
}
