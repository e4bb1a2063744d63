/** Home: start a training, see what this machine can do, come back to the last runs. */
import { useState } from 'react'
import type { LabErrorInfo } from '../../../shared/contract/errors.ts'
import { useHardware } from '../../state/hardware.ts'
import { useRuns } from '../../state/runs.ts'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { href } from '../../ui/route.ts'
import { Panel } from '../../ui/panel.tsx'
import { Screen } from '../../ui/screen.tsx'
import { LearnInvitation } from './learn-invitation.tsx'
import { RunTable } from '../runs/run-table.tsx'
import { FourThings } from './four-things.tsx'
import { HardwarePanel } from './hardware-panel.tsx'
import styles from './home.module.css'
import { TrainCard } from './train-card.tsx'

const lastRuns = 8

export function HomeScreen() {
  const [error, setError] = useState<LabErrorInfo | null>(null)
  const runs = useRuns((state) => state.list)
  const description = useHardware((state) => state.description)
  const empty = runs.value?.length === 0
  const failures = [error, runs.error, description.error].filter((failure) => failure !== null)
  return (
    <Screen title="DistriNews Lab" subtitle="Train one model in several processes, and watch them agree.">
      {failures.map((failure) => (
        <ErrorNotice key={failure.code + failure.title} error={failure} />
      ))}
      <LearnInvitation />
      <div className={styles.grid}>
        <div className={styles.column}>
          <TrainCard onError={setError} />
          <Panel
            title={empty ? 'Four things to do here' : 'Last runs'}
            flush
            actions={
              !empty && (
                <a href={href('runs')} className={styles.more}>
                  All runs
                </a>
              )
            }
          >
            {empty ? <FourThings /> : runs.value && <RunTable runs={runs.value.slice(0, lastRuns)} compact />}
          </Panel>
        </div>
        <HardwarePanel />
      </div>
    </Screen>
  )
}
