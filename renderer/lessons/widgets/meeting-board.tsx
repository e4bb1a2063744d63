/** Phase 3's first look at ranks: who came, and which collectives they called together. */
import type { Evidence } from '../evidence.ts'
import { Frame, NotMeasured } from './parts/frame.tsx'
import { firstDisagreement } from '../../../shared/lessons/collectives.ts'
import { collectivesTable, SequenceBoard } from './sequence-board.tsx'

export function MeetingBoard({ evidence }: { evidence: Evidence }) {
  const result = evidence.result('broadcast', 'fixed')
  if (!result) return <NotMeasured>Each rank that comes gets a line here, with every collective that it takes part in.</NotMeasured>
  const calls = result.ranks[0]?.collectiveCount ?? 0
  return (
    <Frame
      title="Who came, and what they did together"
      hint={`world size ${result.worldSize}`}
      summary={`${result.ranks.length} processes met. Each called ${calls} ${calls === 1 ? 'collective' : 'collectives'}, ${firstDisagreement(result.ranks) === null ? 'the same ones in the same order' : 'not the same ones'}.`}
      table={collectivesTable(result)}
    >
      <SequenceBoard result={result} />
    </Frame>
  )
}
