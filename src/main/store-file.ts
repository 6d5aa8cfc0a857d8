// What keeps the store's file from being opened, in words, and what to do about it.

import type { StartProblem } from './server.ts'

export const STORE_FILE = 'posthorn.db'

// https://www.sqlite.org/rescode.html, primary codes.
const BUSY = 5
const READ_ONLY = 8
const CORRUPT = 11
const FULL = 13
const CANNOT_OPEN = 14
const NO_DATABASE = 26

const RESTORE = 'Put it aside and restore the last backup: docs/operators.md says how.'

/** The server and `check` say the same of the same file. */
export function storeTrouble(file: string, cause: unknown): StartProblem {
  const { errcode, message = String(cause) } = cause as { readonly errcode?: number; readonly message?: string }
  switch ((errcode ?? 0) & 0xff) {
    case NO_DATABASE:
      return { message: `${file} is no store of Posthorn, or its beginning is overwritten.`, next: RESTORE }
    case CORRUPT:
      return { message: `${file} is damaged: ${message}.`, next: RESTORE }
    case READ_ONLY:
    case CANNOT_OPEN:
      return {
        message: `${file} cannot be opened: ${message}.`,
        next: 'Check the owner and the permissions of the data folder and of what is in it.',
      }
    case FULL:
      return { message: `${file} cannot be written: ${message}.`, next: 'Make room on the disk.' }
    case BUSY:
      return {
        message: `${file} is in use: ${message}.`,
        next: 'Another program holds it open, perhaps for a backup: try again.',
      }
    default:
      return { message: `${file} cannot be used: ${message}.`, next: 'Nothing was changed.' }
  }
}
