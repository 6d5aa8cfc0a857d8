// The disk of a simulated machine: real SQLite files in a temporary folder, and what a crash leaves of them.

import { closeSync, copyFileSync, existsSync, mkdtempSync, openSync, readSync, rmSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MIGRATIONS } from '../../../src/main/migrations.ts'
import type { SimulatedRandom } from '../../../src/platform/simulated/simulated.ts'
import { migrate } from '../../../src/store/database/migrate.ts'
import { openWriter } from '../../../src/store/database/sqlite/connection.ts'
import { sqliteMigrator } from '../../../src/store/database/sqlite/migrator.ts'

const FILE = 'store.db'

export class Disk {
  readonly #root: string
  #generation = 0
  #folder: string
  /** Up to where the log of SQLite holds commits that somebody was told of. */
  #acknowledged: WalEnd = { salt: '', offset: 0 }
  #seen: WalEnd = { salt: '', offset: 0 }
  /** False: the disk is nearly full, as the watch on it says. */
  hasRoom = true

  private constructor(root: string) {
    this.#root = root
    this.#folder = root
  }

  static async format(): Promise<Disk> {
    const disk = new Disk(mkdtempSync(join(tmpdir(), 'posthorn-world-')))
    copyFileSync(await emptyStore(), disk.path)
    return disk
  }

  get path(): string {
    return join(this.#folder, FILE)
  }

  /** Somebody has been told that all committed so far is safe. */
  acknowledge(): void {
    this.#seen = walEnd(`${this.path}-wal`, this.#seen)
    this.#acknowledged = this.#seen
  }

  /**
   * The power fails at this instant. What the machine finds when it comes back are the files as they are, but of the log's tail after
   * the last acknowledged commit all, nothing, or any number of bytes; the rest is missing, or zeros. The old files are nobody's then.
   */
  crash(random: SimulatedRandom): { readonly lostBytes: number } {
    const end = walEnd(`${this.path}-wal`, this.#seen)
    const from = this.path
    this.#folder = mkdtempSync(join(this.#root, `${++this.#generation}-`))
    copyFileSync(from, this.path)
    const keptFrom = end.salt === this.#acknowledged.salt ? this.#acknowledged.offset : 0
    const keptTo = Math.max(keptFrom, end.offset)
    const kept = random.pick([keptFrom, keptTo, random.between(keptFrom, keptTo)])
    if (existsSync(`${from}-wal`)) {
      copyFileSync(`${from}-wal`, `${this.path}-wal`)
      truncateSync(`${this.path}-wal`, kept)
      if (random.oneIn(2)) truncateSync(`${this.path}-wal`, keptTo)
    }
    this.#seen = { salt: '', offset: 0 }
    this.#acknowledged = this.#seen
    return { lostBytes: end.offset - kept }
  }

  remove(): void {
    rmSync(this.#root, { recursive: true, force: true, maxRetries: 5 })
  }
}

let template: Promise<string> | undefined

/** A store with all tables and nothing in them; made once, copied for every world. */
function emptyStore(): Promise<string> {
  template ??= (async () => {
    const folder = mkdtempSync(join(tmpdir(), 'posthorn-template-'))
    process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
    const path = join(folder, FILE)
    const db = openWriter({ path, sync: 'none' })
    const migrated = await migrate(sqliteMigrator(db), MIGRATIONS, () => 0)
    db.close()
    if (!migrated.ok) throw new Error(migrated.error.detail)
    return path
  })()
  return template
}

interface WalEnd {
  /** Changes when SQLite begins its log anew. */
  readonly salt: string
  readonly offset: number
}

// https://www.sqlite.org/fileformat2.html#the_write_ahead_log
const HEADER_BYTES = 32
const FRAME_HEADER_BYTES = 24

/** The end of the frames that belong to the log's present round. Goes on from where it looked last. */
function walEnd(path: string, known: WalEnd): WalEnd {
  if (!existsSync(path)) return { salt: '', offset: 0 }
  const file = openSync(path, 'r')
  try {
    const header = readAt(file, 0, HEADER_BYTES)
    if (header === undefined) return { salt: '', offset: 0 }
    const pageBytes = header.readUInt32BE(8)
    const salt = header.toString('hex', 16, 24)
    let offset = salt === known.salt ? known.offset : HEADER_BYTES
    for (;;) {
      const frame = readAt(file, offset, FRAME_HEADER_BYTES)
      if (frame === undefined || frame.toString('hex', 8, 16) !== salt) return { salt, offset }
      offset += FRAME_HEADER_BYTES + pageBytes
    }
  } finally {
    closeSync(file)
  }
}

function readAt(file: number, position: number, length: number): Buffer | undefined {
  const bytes = Buffer.alloc(length)
  return readSync(file, bytes, 0, length, position) === length ? bytes : undefined
}
