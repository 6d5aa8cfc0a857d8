// Room for mail, looked at now and then so that asking costs nothing.

import { statfs } from 'node:fs/promises'
import type { StoreRoom } from '../../store/store.ts'

const LOOK_EVERY_MS = 2_000

/** While there is less than this many times the least room: a fast network fills a gigabyte in a few seconds. */
const NEAR_FACTOR = 8
const LOOK_NEAR_MS = 100

/** Pages that are free inside the store can be used again only as long as there is room for its log: its usual size, twice. */
const LOG_BYTES = 32 * 1024 * 1024

export interface DiskWatch {
  hasRoom(): boolean
  close(): void
}

export interface DiskWatchOptions {
  readonly folder: string
  readonly minimumFreeBytes: number
  /** Throws when the store cannot be asked. */
  readonly store: () => StoreRoom
}

/** Optimistic when the disk cannot be asked: the store itself refuses what does not fit. */
export function watchDisk(options: DiskWatchOptions): DiskWatch {
  let room = true
  let timer: NodeJS.Timeout | undefined
  let closed = false
  const look = async (): Promise<void> => {
    let near = false
    try {
      const { bavail, bsize } = await statfs(options.folder)
      const free = bavail * bsize
      near = free < NEAR_FACTOR * options.minimumFreeBytes
      room = enough(free, options)
    } catch {
      room = true
    }
    if (!closed) timer = setTimeout(() => void look(), near ? LOOK_NEAR_MS : LOOK_EVERY_MS).unref()
  }
  void look()
  return {
    hasRoom: () => room,
    close() {
      closed = true
      clearTimeout(timer)
    },
  }
}

function enough(freeBytes: number, { minimumFreeBytes, store }: DiskWatchOptions): boolean {
  if (freeBytes >= minimumFreeBytes) return true
  const { insideBytes, logBytes } = store()
  return freeBytes + logBytes >= Math.min(LOG_BYTES, minimumFreeBytes / 2) && freeBytes + insideBytes >= minimumFreeBytes
}
