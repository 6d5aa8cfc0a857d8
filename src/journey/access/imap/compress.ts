// COMPRESS=DEFLATE (RFC 4978): what passes over the connection is compressed, in both directions.

import { constants, createInflateRaw, deflateRawSync } from 'node:zlib'
import type { Coder } from '../wire.ts'
import { COMPRESS_LEVEL, INFLATE_PIECE_OCTETS } from './limits.ts'

/**
 * Each piece of output is compressed by itself and ends with a flush, without saying that it is the last: one after the other they are one
 * stream. So nothing has to be remembered between them, which would be 256 KiB for each session, most of which wait most of the time.
 */
export function deflater(receive: (bytes: Uint8Array) => void, broken: () => void): Coder {
  const inflate = createInflateRaw({ chunkSize: INFLATE_PIECE_OCTETS })
  inflate.on('data', receive)
  // Also when the peer ends its stream, which it has no reason to: what it says then can no longer be told from rubbish.
  inflate.on('error', broken)
  inflate.on('end', broken)
  return {
    encode: (bytes) => deflateRawSync(bytes, { level: COMPRESS_LEVEL, finishFlush: constants.Z_SYNC_FLUSH }),
    decode: (bytes) => void inflate.write(bytes),
    pause: () => void inflate.pause(),
    resume: () => void inflate.resume(),
    close: () => inflate.destroy(),
  }
}
