// The page in a real Chromium, over the real web server: list, search, journey, live update, hostile texts, keyboard, a phone's width.

import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import { after, before, describe, test } from 'node:test'
import chromium from '@sparticuz/chromium'
import { type Browser, type Page, chromium as playwright } from 'playwright-core'
import { readPage } from './page.ts'
import { fakeOperations, sampleJourneys, testClock, testLog, testWorld } from './testing.ts'
import { webServer } from './web.ts'

// Meant for a cloud function: one process, and without the web's own defences, which are what is tested here.
const UNWANTED = new Set(['--single-process', '--disable-web-security', '--allow-running-insecure-content'])

async function launch(): Promise<Browser | string> {
  try {
    const args = chromium.args.filter((argument) => !UNWANTED.has(argument))
    return await playwright.launch({ args, executablePath: await chromium.executablePath(), headless: true })
  } catch (fault) {
    return `Chromium does not start here: ${(fault as Error).message.split('\n')[0]}`
  }
}

const browser = await launch()

describe('the page', typeof browser === 'string' ? { skip: browser } : {}, () => {
  const world = testWorld(sampleJourneys(Date.now()))
  let app: ReturnType<typeof webServer>
  let url = ''
  before(async () => {
    app = webServer({
      operations: fakeOperations(world),
      changes: world.feed,
      clock: testClock,
      log: testLog(),
      page: await readPage(new URL('../../../web/', import.meta.url)),
      rules: { loopback: true, allowedHosts: [], requireToken: false, token: 'x' },
    })
    await app.listen({ host: '127.0.0.1', port: 0 })
    url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}/`
  })
  after(async () => {
    await (browser as Browser).close()
    await app.close()
  })

  /** A page that is loaded; every complaint of the browser (policy, script) is a failure. */
  async function open(hash: string, viewport = { width: 1280, height: 900 }): Promise<{ page: Page; complaints: string[] }> {
    const page = await (browser as Browser).newPage({ viewport })
    const complaints: string[] = []
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
    await page.goto(url + hash)
    await page.locator('#live[data-state=live]').waitFor()
    return { page, complaints }
  }

  test('lists the latest, follows one, and goes back', async () => {
    const { page, complaints } = await open('')
    await page.locator('.row').first().waitFor()
    assert.equal(await page.locator('.row').count(), 5)
    await page.locator('.row', { hasText: 'Minutes of Thursday' }).click()
    await page.locator('#journey-title').waitFor()
    assert.match(page.url(), /#\/m\/01jqw8zk3m9x2c4v6b$/)
    assert.match(
      (await page.locator('.reply').first().textContent()) ?? '',
      /451 4\.7\.1[\s\S]*turns unknown senders away[\s\S]*What to do/,
    )
    assert.equal(await page.evaluate('document.activeElement?.id'), 'journey-title', 'the focus follows')
    await page.goBack()
    await page.locator('#journey').waitFor({ state: 'hidden' })
    assert.deepEqual(complaints, [])
    await page.close()
  })

  test('searches, by typing and by address', async () => {
    const { page } = await open('')
    await page.keyboard.press('/')
    await page.keyboard.type('zoe@example.net')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Messages of zoe@example.net' }).waitFor()
    await page.locator('.row').first().waitFor()
    assert.equal(await page.locator('.row').count(), 1)
    await page.goto(`${url}#/search?q=nobody%40nowhere.example`)
    await page.getByText('Nothing found').waitFor()
    await page.close()
  })

  test('says of an address it does not know that there is no such page', async () => {
    const { page, complaints } = await open('#/zzz')
    await page.getByText('There is no such page.').waitFor()
    await page.getByRole('link', { name: 'Latest messages' }).last().click()
    await page.getByText('There is no such page.').waitFor({ state: 'detached' })
    assert.deepEqual(complaints, [])
    await page.close()
  })

  test('shows hostile texts as texts', async () => {
    const { page, complaints } = await open('#/m/01jqvyzzz1y2y3y4y5')
    await page.locator('#journey-title').waitFor()
    assert.match((await page.locator('#journey-title').textContent()) ?? '', /^<img src=x onerror=/)
    assert.equal(await page.locator('main img, main script').count(), 0)
    assert.equal(await page.title(), 'Posthorn')
    await page.goto(`${url}#/search?q=${encodeURIComponent('<img src=x onerror=alert(1)>')}`)
    await page.getByText('Nothing found').waitFor()
    assert.equal(await page.locator('main img').count(), 0)
    assert.deepEqual(complaints, [])
    await page.close()
  })

  test('learns of new messages by itself, in list and journey', async () => {
    const { page } = await open('#/m/01jqw8zk3m9x2c4v6b')
    await page.locator('.recipient[data-state=waiting]').waitFor()
    const journey = world.journeys.find((one) => one.id === '01jqw8zk3m9x2c4v6b')
    const recipient = journey?.recipients[0]
    assert.ok(journey && recipient)
    journey.recipients[0] = { ...recipient, state: 'delivered' }
    world.journeys.push({ ...journey, id: '01jqwzzzzzzzzzzzzz', at: Date.now(), subject: 'Just now' })
    world.hint('01jqw8zk3m9x2c4v6b')
    await page.locator('.row', { hasText: 'Just now' }).waitFor()
    await page.locator('.recipient[data-state=waiting]').waitFor({ state: 'detached' })
    await page.close()
  })

  test('fits a phone: one pane at a time, nothing wider than the screen', async () => {
    for (const hash of ['', '#/m/01jqw8zk3m9x2c4v6b', '#/m/01jqvyzzz1y2y3y4y5']) {
      const { page } = await open(hash, { width: 360, height: 740 })
      await page
        .locator(hash === '' ? '.row' : '#journey-title')
        .first()
        .waitFor()
      assert.equal(await page.evaluate('document.documentElement.scrollWidth > innerWidth'), false, hash)
      assert.equal(await page.locator('.list-pane').isVisible(), hash === '')
      await page.close()
    }
  })

  test('is walked with the keyboard alone', async () => {
    const { page } = await open('')
    await page.locator('.row').first().waitFor()
    await page.keyboard.press('j')
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    await page.locator('#journey-title').waitFor()
    await page.keyboard.press('Escape')
    await page.locator('#journey').waitFor({ state: 'hidden' })
    assert.equal(await page.evaluate("document.activeElement?.classList.contains('row')"), true, 'back where it was')
    await page.close()
  })
})
