/** The frame: rail, the screen of the current place, status bar. */
import { useEffect, useRef } from 'react'
import { BenchmarkResultScreen } from './features/benchmark/benchmark-result-screen.tsx'
import { BenchmarkScreen } from './features/benchmark/benchmark-screen.tsx'
import { CompareScreen } from './features/compare/compare-screen.tsx'
import { DataScreen } from './features/data/data-screen.tsx'
import { DeployScreen } from './features/deploy/deploy-screen.tsx'
import { HomeScreen } from './features/home/home-screen.tsx'
import { LearnScreen } from './features/learn/learn-screen.tsx'
import { ModelsScreen } from './features/models/models-screen.tsx'
import { PlaygroundScreen } from './features/playground/playground-screen.tsx'
import { RunScreen } from './features/run-panel/run-screen.tsx'
import { RunsScreen } from './features/runs/runs-screen.tsx'
import { ServerScreen } from './features/server/server-screen.tsx'
import { Keyboard } from './features/shell/keyboard.tsx'
import { Rail } from './features/shell/rail.tsx'
import { StatusBar } from './features/shell/status-bar.tsx'
import styles from './app.module.css'
import { useRoute } from './ui/route.ts'
import type { Route } from './ui/route.ts'

export function App() {
  const route = useRoute()
  const main = useRef<HTMLElement>(null)
  // Which runs are compared is part of the address, but choosing them changes no place.
  const place = route.place === 'compare' ? route.place : `${route.place} ${route.id} ${route.part}`
  useEffect(() => {
    main.current?.scrollTo({ top: 0 })
  }, [place])
  return (
    <div className={styles.frame}>
      <Rail place={route.place} />
      <main ref={main} className={styles.main} tabIndex={-1}>
        <CurrentScreen route={route} />
      </main>
      <StatusBar />
      <Keyboard />
    </div>
  )
}

function CurrentScreen({ route }: { route: Route }) {
  switch (route.place) {
    case 'learn':
      return <LearnScreen chapter={route.id} part={route.part} />
    case 'runs':
      return route.id === null ? <RunsScreen /> : <RunScreen key={route.id} runId={route.id} />
    case 'compare':
      return <CompareScreen chosen={route.id} />
    case 'playground':
      return <PlaygroundScreen modelId={route.id} />
    case 'benchmark':
      return route.id === null ? <BenchmarkScreen /> : <BenchmarkResultScreen key={route.id} id={route.id} />
    case 'models':
      return <ModelsScreen />
    case 'server':
      return <ServerScreen />
    case 'deploy':
      return <DeployScreen />
    case 'data':
      return <DataScreen />
    case 'lab':
      return <HomeScreen />
  }
}
