/** What lies in the two kinds of Spaces, how the hub knows what to run, and how far each is from the lab's model. */
import type { SpaceKind } from '../../../shared/domain/space.ts'
import type { Evidence } from '../evidence.ts'
import { firstProbe } from '../evidence.ts'
import { bytes, percent, plural } from '../../ui/format.ts'
import { href } from '../../ui/route.ts'
import { Frame, NotMeasured } from './parts/frame.tsx'
import styles from './deployment.module.css'
import modes from './modes.module.css'

const titles: Record<SpaceKind, string> = { static: 'Static: in the visitor’s browser', docker: 'Docker: on a machine of the hub' }

const farthest = (difference: number): string =>
  difference === 0
    ? 'every probability is the same'
    : `no probability is off by more than ${difference.toFixed(difference < 0.001 ? 7 : 3)}`

/** Told by name what a file is for. */
const kinds = [
  { kind: 'the model', of: (path: string) => path.startsWith('model/') },
  { kind: 'what computes', of: (path: string) => /\.(wasm|node|so|so\.\d+)$|^node_modules\/|transformers\.js$/.test(path) },
  { kind: 'page or server, how to', of: () => true },
] as const

export function SpaceFolders({ evidence }: { evidence: Evidence }) {
  const probe = firstProbe(evidence.result('space-folders', 'measured'))
  if (!probe) return <NotMeasured>The files of both Spaces will stand here, and how far their answers are from the lab’s.</NotMeasured>
  const { spaces, rowCount, trainSteps } = probe
  const kindOf = (path: string): string => kinds.find(({ of }) => of(path))!.kind
  const sizeOf = (files: readonly { bytes: number }[]): string => bytes(files.reduce((sum, file) => sum + file.bytes, 0))
  return (
    <Frame
      title="Two Spaces of one model"
      hint={`a model after ${trainSteps} steps`}
      summary={`${spaces.map(({ kind, files }) => `${kind}: ${plural(files.length, 'file')}, ${sizeOf(files)}`).join('; ')}. Asked ${rowCount} headlines, then cleared away; the Deploy page makes yours.`}
      table={{
        head: ['Space', 'file', 'bytes', 'what'],
        rows: spaces.flatMap(({ kind, files }) => files.map(({ path, bytes: size }) => [kind, path, size, kindOf(path)])),
      }}
    >
      {spaces.map(({ kind, head, files, foreign, agreement, largestDifference }) => (
        <section key={kind} className={styles.space}>
          <h3 className={modes.heading}>{titles[kind]}</h3>
          <p className={styles.line}>
            <strong>{percent(agreement)}</strong> of the rows named as the lab names them; {farthest(largestDifference)}. Loaded from
            elsewhere: {foreign.length === 0 ? 'nothing' : foreign.join(', ')}.
          </p>
          <p className={styles.body}>{head.filter((line) => /^(sdk|app_)/.test(line)).join(' · ')}</p>
          <ul className={styles.parts}>
            {kinds.map(({ kind: part }) => {
              const own = files.filter(({ path }) => kindOf(path) === part)
              return (
                <li key={part}>
                  <strong>{part}</strong> · {plural(own.length, 'file')}, {sizeOf(own)}
                </li>
              )
            })}
          </ul>
        </section>
      ))}
      <p className={styles.line}>
        <a href={href('deploy')}>Deploy a model of your own</a>
      </p>
    </Frame>
  )
}
