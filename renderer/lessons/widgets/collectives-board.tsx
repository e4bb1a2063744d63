/** The sequence of collectives of an experiment that stops: who called what, and who waits for whom. */
import type { ReactNode } from 'react'
import type { ProgramResult } from '../../../shared/domain/workbench.ts'
import type { Evidence } from '../evidence.ts'
import { brokenAndFixed, useArm } from './parts/arm-switch.tsx'
import { Frame, NotMeasured } from './parts/frame.tsx'
import { firstDisagreement } from '../../../shared/lessons/collectives.ts'
import { collectivesTable, SequenceBoard } from './sequence-board.tsx'
import { WaitBoard, waitsOf } from './wait-board.tsx'

export function UnevenInputsBoard({ evidence }: { evidence: Evidence }) {
  const { result, control } = useArm(evidence, 'uneven-inputs', ['broken', 'fixed'], { broken: 'broken', fixed: 'join' })
  // The program's own deadline; see electron/workbench/programs/uneven-inputs.ts.
  return <Board result={result} control={control} deadlineMs={3000} />
}

export function BarrierBoard({ evidence }: { evidence: Evidence }) {
  const { result, control } = useArm(evidence, 'barrier-in-if', ['broken', 'fixed'], brokenAndFixed)
  return <Board result={result} control={control} deadlineMs={result?.input.deadlineMs ?? 0} />
}

interface BoardProps {
  result: Pick<ProgramResult, 'ranks' | 'durationMs' | 'worldSize'> | null
  control: ReactNode
  deadlineMs: number
}

function Board({ result, control, deadlineMs }: BoardProps) {
  if (!result) return <NotMeasured>Every rank gets a line here, with the collectives that it called, and whom it waits for.</NotMeasured>
  const waits = waitsOf(result)
  const disagreement = firstDisagreement(result.ranks)
  const ended = result.ranks.filter(({ outcome }) => outcome === 'finished').length
  return (
    <Frame
      title="Collectives of each rank, in order"
      hint={`${result.worldSize} ranks`}
      summary={
        disagreement === null
          ? `All ranks called the same ${result.ranks[0]?.collectiveCount ?? 0} collectives, and ${ended} of ${result.ranks.length} finished.`
          : `Call ${disagreement + 1} is where the ranks part. ${ended} of ${result.ranks.length} finished${waits.length > 0 ? '; who waited, waited for somebody who never came' : ''}.`
      }
      controls={control}
      table={collectivesTable(result)}
    >
      <SequenceBoard result={result} />
      <WaitBoard result={result} deadlineMs={deadlineMs} />
    </Frame>
  )
}
