// Finds circles of imports that leave a folder. Imports of types alone do not count: they are gone when the program runs.

import { posix } from 'node:path'
import type { Import } from './imports.ts'
import { isTest, type Problem } from './rules.ts'

export function judgeCycles(imports: readonly Import[]): Problem[] {
  const edges = edgesOf(imports)
  const problems: Problem[] = []
  const finished = new Set<string>()
  const trail: string[] = []
  const visit = (path: string): void => {
    if (finished.has(path)) return
    trail.push(path)
    for (const edge of edges.get(path) ?? []) {
      const start = trail.indexOf(edge.target)
      if (start === -1) visit(edge.target)
      else reportCircle(trail.slice(start), edge, problems)
    }
    trail.pop()
    finished.add(path)
  }
  for (const path of [...edges.keys()].sort()) visit(path)
  return problems
}

interface Edge {
  readonly line: number
  readonly target: string
}

function edgesOf(imports: readonly Import[]): Map<string, Edge[]> {
  const edges = new Map<string, Edge[]>()
  for (const found of imports) {
    if (found.typeOnly || found.target === undefined || isTest(found.from)) continue
    const of = edges.get(found.from) ?? []
    of.push({ line: found.line, target: found.target })
    edges.set(found.from, of)
  }
  return edges
}

function reportCircle(circle: readonly string[], closing: Edge, problems: Problem[]): void {
  if (new Set(circle.map((path) => posix.dirname(path))).size < 2) return
  problems.push({
    path: circle.at(-1) as string,
    line: closing.line,
    what: `closes a circle of imports: ${[...circle, circle[0]].join(' → ')}`,
    instead: 'move what both need into a third file, or pass it as an argument',
  })
}
