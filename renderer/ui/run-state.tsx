/** The state of a run, a rank or the served model: a word, an icon and a colour, so that no state is told by colour alone. */
import {
  IconAlertTriangle,
  IconCheck,
  IconCircleDashed,
  IconDeviceFloppy,
  IconGauge,
  IconHeartbeat,
  IconLink,
  IconPlayerPauseFilled,
  IconPlayerPlayFilled,
  IconPlayerStopFilled,
  IconPlugConnectedX,
  IconRefresh,
} from '@tabler/icons-react'
import type { Icon } from '@tabler/icons-react'
import type { RankState, RunState } from '../../shared/domain/run.ts'
import type { ServingState } from '../../shared/domain/serving.ts'
import styles from './run-state.module.css'

type Tone = 'active' | 'quiet' | 'good' | 'warn' | 'bad'
type Look = [icon: Icon, tone: Tone, word: string]

type State = RunState | RankState | ServingState

const looks: Record<State, Look> = {
  starting: [IconCircleDashed, 'active', 'starting'],
  loading: [IconCircleDashed, 'active', 'loading'],
  joining: [IconLink, 'active', 'joining'],
  ready: [IconCheck, 'active', 'ready'],
  running: [IconPlayerPlayFilled, 'active', 'running'],
  training: [IconPlayerPlayFilled, 'active', 'training'],
  evaluating: [IconGauge, 'active', 'evaluating'],
  saving: [IconDeviceFloppy, 'active', 'saving'],
  suspect: [IconHeartbeat, 'warn', 'suspect'],
  restarting: [IconRefresh, 'warn', 'restarting'],
  stopping: [IconPlayerPauseFilled, 'warn', 'stopping'],
  paused: [IconPlayerPauseFilled, 'quiet', 'paused'],
  stopped: [IconPlayerStopFilled, 'quiet', 'stopped'],
  done: [IconCheck, 'good', 'done'],
  failed: [IconAlertTriangle, 'bad', 'failed'],
  lost: [IconPlugConnectedX, 'bad', 'lost'],
}

export function StateBadge({ state, bare = false }: { state: State; bare?: boolean }) {
  const [StateIcon, tone, word] = looks[state]
  return (
    <span className={styles.badge} data-tone={tone} data-bare={bare || undefined}>
      <StateIcon size={13} aria-hidden />
      {word}
    </span>
  )
}
