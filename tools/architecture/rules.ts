// Judges one import, and the words of one file, by the table: each rule says what is wrong and what to do instead.

import { posix } from 'node:path'
import { lineAt, type Source } from '../source.ts'
import type { Import } from './imports.ts'
import {
  ACTING_STAGES,
  ANSWERING_STAGES,
  AREAS,
  type Area,
  COMPOSING_AREAS,
  COMPUTING_MODULES,
  COMPUTING_NET,
  OPEN_FILES,
  OPEN_FOLDERS,
  PACKAGE_PLACES,
  SETTINGS_TYPES,
} from './table.ts'

export interface Problem {
  readonly path: string
  readonly line: number
  readonly what: string
  readonly instead: string
}

type Finding = Pick<Problem, 'what' | 'instead'> | undefined

/** Tests and the files they share stand outside the picture: they may import anything, and nothing else may import them. */
export function isTest(path: string): boolean {
  return /\.test\.ts$|\/(testing|fixtures)(\.ts$|\/)|\.testing\.ts$/.test(path)
}

export function areaOf(path: string): Area | undefined {
  return AREAS.find((area) => path.startsWith(`${area.folder}/`) || path === `${area.folder}.ts`)
}

export function judgeImport(found: Import): Problem[] {
  if (isTest(found.from)) return []
  const area = areaOf(found.from)
  const findings: Finding[] = []
  if (!area) findings.push({ what: 'is in no area of src', instead: 'move it, or add its folder to tools/architecture/table.ts' })
  else if (found.target !== undefined) findings.push(judgeTarget(found, found.target, area), judgeSql(found))
  else if (found.specifier.startsWith('node:')) findings.push(judgeNode(found, area))
  else findings.push(judgePackage(found, area))
  return findings.flatMap((finding) => (finding ? [{ path: found.from, line: found.line, ...finding }] : []))
}

function judgeTarget(found: Import, target: string, area: Area): Finding {
  if (isTest(target)) return { what: `imports a test: ${target}`, instead: 'move what both need into a file of the program' }
  const targetArea = areaOf(target)
  if (!targetArea) return { what: `imports ${target}, which is outside src`, instead: 'the program stands on src alone' }
  if (target === SETTINGS_TYPES && posix.basename(found.from) === 'settings.ts') return undefined
  if (targetArea !== area && !area.imports.includes(targetArea.name)) {
    const may = area.imports.length === 0 ? 'nothing outside it' : area.imports.join(', ')
    return {
      what: `${area.name} imports ${targetArea.name} (${target})`,
      instead: `${area.name} may import ${may}; take what you need as an argument or a port`,
    }
  }
  return judgeTables(found, target) ?? judgeStages(found, target) ?? judgeDoor(found, target, area)
}

/** `*.tables.ts` is for the part itself and for main, which lists every table. */
function judgeTables(found: Import, target: string): Finding {
  if (!target.endsWith('.tables.ts') || areaOf(found.from)?.name === 'main') return undefined
  if (posix.dirname(target) === posix.dirname(found.from)) return found.typeOnly ? undefined : LOADS_TABLES
  return { what: `imports the tables of another part (${target})`, instead: 'ask the part through its door; it owns its tables' }
}

const LOADS_TABLES: Finding = {
  what: 'loads migrations',
  instead:
    'import the types of the tables only: threads that serve shall not carry what runs once; src/main/migrations.ts lists them',
}

function judgeStages(found: Import, target: string): Finding {
  const from = stageOf(found.from)
  const to = stageOf(target)
  if (from === undefined || to === undefined || from === to) return undefined
  if (ACTING_STAGES.has(from) && ANSWERING_STAGES.has(to)) return undefined
  return {
    what: `stage ${from} imports stage ${to}`,
    instead: `only ${[...ACTING_STAGES].join(', ')} import stages, and only ${[...ANSWERING_STAGES].join(', ')}; pass facts as values or through store/events`,
  }
}

function stageOf(path: string): string | undefined {
  return /^src\/journey\/([^/]+)\//.exec(path)?.[1]
}

function judgeDoor(found: Import, target: string, area: Area): Finding {
  const folder = posix.dirname(target)
  const from = posix.dirname(found.from)
  const inside = from === folder || from.startsWith(`${folder}/`)
  if (inside || COMPOSING_AREAS.has(area.name) || OPEN_FOLDERS.has(folder) || OPEN_FILES.has(target)) return undefined
  if (posix.basename(target) === `${posix.basename(folder)}.ts`) return undefined
  // The parts' settings are collected in one place.
  if (area.name === 'config' && posix.basename(target) === 'settings.ts') return undefined
  return {
    what: `imports past the door: ${target}`,
    instead: `import ${folder}/${posix.basename(folder)}.ts, and let it export what is needed`,
  }
}

/** Queries are built where the tables are. */
function judgeSql(found: Import): Finding {
  if (found.typeOnly || !found.names.includes('statementsOf') || mayHoldSql(found.from)) return undefined
  return { what: 'builds SQL statements', instead: 'put the statement into the part’s *.store.ts and import it from there' }
}

function mayHoldSql(path: string): boolean {
  return path.endsWith('.store.ts') || path.endsWith('.tables.ts') || path.startsWith('src/store/database/')
}

function judgeNode(found: Import, area: Area): Finding {
  const module = found.specifier.slice('node:'.length)
  if (area.node === 'all' || (area.node === 'computing' && COMPUTING_MODULES.has(module))) return undefined
  const computes = module === 'net' && found.names.length > 0 && found.names.every((name) => COMPUTING_NET.has(name))
  if (area.node === 'computing' && computes) return undefined
  if (area.node === 'none')
    return {
      what: `${area.name} imports ${found.specifier}`,
      instead: 'it is pure: take bytes and values, give bytes and values',
    }
  return {
    what: `${area.name} imports ${found.specifier}, which touches the world`,
    instead: 'take a port (src/ground/ports) and let platform implement it',
  }
}

function judgePackage(found: Import, area: Area): Finding {
  const name = packageName(found.specifier)
  if (name === 'kysely' && !found.typeOnly)
    return {
      what: 'imports kysely as a value, which loads it',
      instead: 'import its types only; builders are given `sql`, and src/store/database/kysely.ts loads the library when it must',
    }
  if (area.packages.includes('*') || area.packages.includes(name)) return undefined
  for (const [ending, packages] of PACKAGE_PLACES) if (found.from.endsWith(ending) && packages.includes(name)) return undefined
  if (name === 'kysely')
    return { what: 'imports kysely', instead: 'SQL lives only in *.store.ts, *.tables.ts and src/store/database' }
  return {
    what: `${area.name} imports the package ${name}`,
    instead: 'put a port between, or permit it in tools/architecture/table.ts and say why',
  }
}

function packageName(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

/** What only the platform may touch, and what to take instead. */
const WORLD: readonly { readonly pattern: RegExp; readonly what: string; readonly instead: string }[] = [
  { pattern: /\bDate\.now\b/g, what: 'Date.now', instead: 'take the Clock port' },
  { pattern: /\bnew Date\(\s*\)/g, what: 'new Date() without an argument', instead: 'take the Clock port' },
  { pattern: /\bperformance\.now\b/g, what: 'performance.now', instead: 'take the Clock port' },
  { pattern: /\bTemporal\.Now\b/g, what: 'Temporal.Now', instead: 'take the Clock port' },
  { pattern: /\bMath\.random\b/g, what: 'Math.random', instead: 'take the Random port' },
  {
    pattern: /\b(?:randomBytes|randomUUID|randomInt|getRandomValues)\(/g,
    what: 'randomness of Node.js',
    instead: 'take the Random port',
  },
  { pattern: /\bprocess\.env\b/g, what: 'process.env', instead: 'make it a setting' },
]

export function judgeWords(source: Source): Problem[] {
  const area = areaOf(source.path)
  if (isTest(source.path) || area?.name === 'platform' || area?.name === 'main') return []
  return WORLD.flatMap(({ pattern, what, instead }) =>
    [...source.code.matchAll(pattern)].map((match) => ({
      path: source.path,
      line: lineAt(source.text, match.index),
      what: `uses ${what}`,
      instead: `${instead}; only src/platform and src/main touch the world`,
    })),
  )
}
