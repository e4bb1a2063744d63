/** Two training runs of an experiment, one at a time: the newer one first. */
import { SegmentedControl } from '@mantine/core'
import { useState } from 'react'
import type { Evidence } from '../evidence.ts'
import { RunSummary } from './run-summary.tsx'

interface RunPairProps {
  evidence: Evidence
  /** What each is called here, and the name that it runs under. */
  names: Readonly<Record<string, string>>
}

export function RunPair({ evidence, names }: RunPairProps) {
  const [chosen, setChosen] = useState<string | null>(null)
  const words = Object.keys(names)
  const newest = words
    .filter((word) => evidence.run(names[word]!))
    .sort((a, b) => evidence.run(names[b]!)!.record.createdAt.localeCompare(evidence.run(names[a]!)!.record.createdAt))[0]
  const shown = chosen ?? newest ?? words[0]!
  return (
    <>
      <div style={{ padding: '0 14px 6px' }}>
        <SegmentedControl size="xs" aria-label="Which run to look at" data={words} value={shown} onChange={setChosen} />
      </div>
      <RunSummary evidence={evidence} name={names[shown]!} />
    </>
  )
}
