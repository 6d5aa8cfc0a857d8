// Settings of the program as a whole: process, listeners, certificate, store, DNS, log.

import { z } from 'zod'
import { duration, size } from './types.ts'

const Role = z.enum(['mx', 'submission', 'submissions', 'imap', 'imaps', 'pop3', 'pop3s', 'http'])

export type ListenerRole = z.infer<typeof Role>

export const Endpoint = z
  .strictObject({
    role: Role.describe(
      'mx: mail from other servers; submission(s): mail from our people; imap(s): reading mail; pop3(s): fetching mail; http: the web page',
    ),
    host: z.string().default('0.0.0.0').describe('Address to listen on; "::" is every address of both families'),
    port: z.int().min(0).max(65535).describe('Port; 0 takes a free one'),
  })
  .describe('One listener')

export type Endpoint = z.infer<typeof Endpoint>

/**
 * Offsets from the base where `portBase` is used: the well-known ports. Browsers refuse to open 10080, so the web page has another
 * (https://fetch.spec.whatwg.org/#port-blocking).
 */
export const WELL_KNOWN_PORTS: ReadonlyMap<ListenerRole, number> = new Map([
  ['mx', 25],
  ['submission', 587],
  ['submissions', 465],
  ['imap', 143],
  ['imaps', 993],
  ['pop3', 110],
  ['pop3s', 995],
  ['http', 8080],
])

export const ListenSettings = z
  .object({
    host: z
      .string()
      .default('0.0.0.0')
      .describe('Address that the default listeners use; "::" is every address of both families.'),
    httpHost: z.string().default('127.0.0.1').describe('Address of the web page; anything but loopback asks for the token.'),
    httpPort: z.int().min(0).max(65535).default(8025).describe('Port of the web page.'),
    endpoints: z
      .array(Endpoint)
      .max(64)
      .optional()
      .describe('Listeners in place of the default ones (25, 587, 465, 143, 993, 110, 995 and the web page).'),
  })
  .describe('Where the server listens')

export type ListenSettings = z.infer<typeof ListenSettings>

export const ProcessSettings = z
  .object({
    threads: z
      .int()
      .min(0)
      .max(64)
      .default(0)
      .describe(
        'Threads that serve connections and deliver; 0: one less than there are processors (the store has one for itself), eight at most.',
      ),
    user: z.string().optional().describe('After the ports are open, the server started as root becomes this user.'),
    group: z.string().optional().describe('The group that goes with it; absent: that of the user.'),
    stopWithin: duration('30s').describe('How long a stopping server waits for messages that are coming in or going out.'),
  })
  .describe('The process')

export type ProcessSettings = z.infer<typeof ProcessSettings>

export const TlsSettings = z
  .object({
    certificate: z
      .string()
      .optional()
      .describe('PEM file with the certificate and its chain. Absent: a self-signed one is made at the first start.'),
    key: z.string().optional().describe('PEM file with its private key.'),
  })
  .describe('The certificate for STARTTLS and the TLS ports')

export type TlsSettings = z.infer<typeof TlsSettings>

export const StoreSettings = z
  .object({
    folder: z.string().optional().describe('The data folder. --data and POSTHORN_DATA come first; absent: ./data.'),
    minimumFree: size('200MB').describe(
      'With less room on the disk than this, mail that comes in is put off with 452, and mail that is here is delivered.',
    ),
    limit: size('0B').describe('The store does not grow beyond this; 0B: as large as the disk.'),
  })
  .describe('The store on disk')

export type StoreSettings = z.infer<typeof StoreSettings>

export const DnsSettings = z
  .object({
    servers: z
      .array(z.string())
      .max(16)
      .default([])
      .describe('DNS servers, "address" or "address:port"; empty: those of the system.'),
    timeout: duration('5s').describe('How long one question waits for one server.'),
    tries: z.int().min(1).max(10).default(2).describe('How often each server is asked.'),
  })
  .describe('Asking the DNS')

export type DnsSettings = z.infer<typeof DnsSettings>

export const LogSettings = z
  .object({
    level: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info').describe('What is written to standard error.'),
  })
  .describe('The log')

export type LogSettings = z.infer<typeof LogSettings>
