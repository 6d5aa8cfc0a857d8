// Declares a story: told once for each seed, each time in a new world. A failure names its seed and how to see it again.

import assert from 'node:assert/strict'
import { relative } from 'node:path'
import { test } from 'node:test'
import { World, type WorldOptions } from './world.ts'

export interface ScenarioOptions extends WorldOptions {
  /** How many seeds by default; `SEEDS=n` multiplies nothing and simply takes 1 to n. */
  readonly seeds?: number
  /** Seeds that once failed, told every time. */
  readonly kept?: readonly number[]
  /** Errors in the log that belong to the story. */
  readonly errors?: RegExp
}

export function scenario(promise: string, options: ScenarioOptions, story: (world: World) => Promise<void>): void {
  test(promise, async () => {
    for (const seed of seedsOf(options)) await tell(promise, seed, options, story)
  })
}

async function tell(
  promise: string,
  seed: number,
  options: ScenarioOptions,
  story: (world: World) => Promise<void>,
): Promise<void> {
  const world = await World.open(seed, options)
  if (options.errors) world.log.expectErrors(options.errors)
  try {
    await story(world)
    await world.ledger.assertBalanced()
    assert.deepEqual(world.log.unexpectedErrors, [], 'no error is in the log that does not belong to the story')
  } catch (cause) {
    const file = relative(process.cwd(), process.argv[1] ?? '')
    throw new Error(
      `seed ${seed}: ${message(cause)}\n  again: SEED=${seed} node --test --test-name-pattern="${promise}" ${file}`,
      { cause },
    )
  } finally {
    world.close()
  }
}

function seedsOf({ seeds = 2, kept = [] }: ScenarioOptions): readonly number[] {
  const { SEED, SEEDS } = process.env
  if (SEED !== undefined) return [Number(SEED)]
  const count = SEEDS === undefined ? seeds : Number(SEEDS)
  return [...kept, ...Array.from({ length: count }, (_, n) => n + 1)]
}

function message(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
