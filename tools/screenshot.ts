// The picture of the page in the README: `node tools/bootstrap.cjs tool tools/screenshot.ts`. Runs the server with
// two made-up hosts behind it, sends some mail through it, and takes docs/images/page.png in the Chromium of the tests.

import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import chromium from '@sparticuz/chromium'
import { chromium as playwright } from 'playwright-core'
import { type Program, posthorn, removeFolder, startProgram, temporaryFolder } from '../test/program/program.ts'
import { openSink } from '../test/program/sink.ts'

const FILE = join(import.meta.dirname, '..', 'docs', 'images', 'page.png')
const VIEW = { width: 1200, height: 760 }

const GREYLISTED = '451 4.7.1 Greylisted, please try again in a few minutes'

const MAILS: readonly (readonly [to: string, subject: string])[] = [
  ['ben@example.com', 'Lunch on Thursday?'],
  ['kim@example.org', 'The plans for the harbour'],
  ['nobody@example.org', 'Are you still at this address?'],
  ['noor@example.net', 'Invoice 2041'],
]

function settings(ports: { readonly open: number; readonly careful: number }): string {
  return `hostname = "mail.example.com"
[listen]
endpoints = [{ role = "http", host = "127.0.0.1", port = 0 }]
[route.routes]
"example.org" = "127.0.0.1:${ports.open}"
"example.net" = "127.0.0.1:${ports.careful}"
`
}

async function command(program: Program, words: readonly string[], input = ''): Promise<void> {
  const ran = await posthorn([...words, '--data', program.folder], input)
  if (ran.code !== 0) throw new Error(`posthorn ${words.join(' ')}: ${ran.err}`)
}

async function sendAll(program: Program): Promise<void> {
  await command(program, ['domain', 'add', 'example.com'])
  for (const name of ['anna', 'ben']) await command(program, ['user', 'add', `${name}@example.com`, '--generate'])
  for (const [to, subject] of MAILS)
    await command(program, ['send', '--from', 'anna@example.com', '--to', to, '--subject', subject], 'Hello!\n')
}

async function picture(url: string): Promise<void> {
  const browser = await playwright.launch({
    args: chromium.args,
    executablePath: await chromium.executablePath(),
    headless: true,
  })
  const page = await browser.newPage({ viewport: VIEW })
  await page.goto(url)
  await page.locator('.row', { hasText: 'Invoice 2041' }).getByText('waiting').waitFor()
  await page.locator('.row', { hasText: 'Invoice 2041' }).click()
  await page.locator('#journey-title').waitFor()
  await page.locator('#journey').getByText('451').filter({ visible: true }).first().waitFor()
  mkdirSync(dirname(FILE), { recursive: true })
  await page.screenshot({ path: FILE })
  await browser.close()
}

const folder = temporaryFolder()
const open = await openSink({ recipient: (address) => (address.startsWith('nobody') ? '550 5.1.1 No such user' : undefined) })
const careful = await openSink({ recipient: () => GREYLISTED })
const config = join(folder, 'posthorn.toml')
writeFileSync(config, settings({ open: open.port, careful: careful.port }))
const program = await startProgram({ config, folder: join(folder, 'data') })
try {
  await sendAll(program)
  await picture(program.ready.web)
} finally {
  await program.stop()
  await Promise.all([open.close(), careful.close()])
  removeFolder(folder)
}
