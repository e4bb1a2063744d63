/** The place of comparisons: a new one, and those that were made. */
import { useEffect, useState } from 'react'
import type { LabErrorInfo } from '../../../shared/contract/errors.ts'
import { useBenchmarks } from '../../state/benchmarks.ts'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { Screen } from '../../ui/screen.tsx'
import { BenchmarkList } from './benchmark-list.tsx'
import styles from './benchmark.module.css'
import { NewComparison } from './new-comparison.tsx'

export function BenchmarkScreen() {
  const [error, setError] = useState<LabErrorInfo | null>(null)
  const { list, refresh } = useBenchmarks()
  // After every connection it is asked for by itself.
  useEffect(() => void refresh(), [refresh])
  return (
    <Screen title="Benchmark" subtitle="The same training in different ways, repeated in turn, so that the difference can be believed.">
      {[error, list.error].map((failure) => failure && <ErrorNotice key={failure.code + failure.title} error={failure} />)}
      <div className={styles.columns}>
        <NewComparison onError={setError} running={list.value?.find(({ state }) => state === 'running') ?? null} />
        <BenchmarkList list={list.value} onError={setError} />
      </div>
    </Screen>
  )
}
