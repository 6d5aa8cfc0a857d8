// Room on the disk, looked at now and then so that asking costs nothing.

import { statfs } from 'node:fs/promises'

const LOOK_EVERY_MS = 2_000

export interface DiskWatch {
  hasRoom(): boolean
  close(): void
}

/** Optimistic when the disk cannot be asked: the store itself refuses what does not fit. */
export function watchDisk(folder: string, minimumFreeBytes: number): DiskWatch {
  let room = true
  const look = async (): Promise<void> => {
    try {
      const { bavail, bsize } = await statfs(folder)
      room = bavail * bsize >= minimumFreeBytes
    } catch {
      room = true
    }
  }
  void look()
  const timer = setInterval(() => void look(), LOOK_EVERY_MS).unref()
  return { hasRoom: () => room, close: () => clearInterval(timer) }
}
