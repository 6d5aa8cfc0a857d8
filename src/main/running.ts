// The server that runs on a data folder, if one answers on its control socket.

import { join } from 'node:path'
import { CONTROL_SOCKET, connectControl, type Operations } from '../surface/api/api.ts'

export function connectRunning(dataDir: string): Promise<Operations | undefined> {
  return connectControl(join(dataDir, CONTROL_SOCKET))
}
