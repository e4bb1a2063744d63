/** What lies in a bundle for torchrun, and the commands that train it on Kaggle's two T4 or on any machine with PyTorch. */
import type { Evidence } from '../evidence.ts'
import { firstProbe } from '../evidence.ts'
import { bytes, count } from '../../ui/format.ts'
import { Frame, NotMeasured } from './parts/frame.tsx'
import styles from './deployment.module.css'
import modes from './modes.module.css'

/** Everything else is how it is started and described. */
const kinds = [
  { kind: 'the rows, as token ids', of: (name: string) => name.startsWith('data/') },
  { kind: 'the model to begin with', of: (name: string) => name.startsWith('model/') },
  { kind: 'the training, in PyTorch', of: (name: string) => name.endsWith('.py') && name !== 'kaggle_run.py' },
  { kind: 'settings, launchers, how to', of: () => true },
] as const

const commands = [
  { what: 'Write the bundle of a configuration, or of a run with --run', command: 'npm run handoff -- --out bundle --ranks 2' },
  {
    what: 'On Kaggle’s 2×T4, with your own token: uploads, trains, brings the run back',
    command: 'npm run remote -- --bundle bundle --kaggle',
  },
  { what: 'Or wherever PyTorch is, one process per GPU', command: 'cd bundle && torchrun --standalone --nproc_per_node 2 train_ddp.py' },
  { what: 'and take the result in, marked as imported', command: 'npm run import-run -- --from bundle/out' },
]

export function BundleFiles({ evidence }: { evidence: Evidence }) {
  const probe = firstProbe(evidence.result('torch-bundle', 'measured'))
  if (!probe) return <NotMeasured>The files of the bundle will stand here, and the commands that train it on two GPUs.</NotMeasured>
  const { files, trainRows, parameterCount } = probe
  const kindOf = (name: string): string => kinds.find(({ of }) => of(name))!.kind
  const grouped = kinds.map(({ kind }) => ({ kind, own: files.filter(({ name }) => kindOf(name) === kind) }))
  return (
    <Frame
      title="A bundle for torchrun"
      hint={`${files.length} files`}
      summary={`${count(trainRows)} rows and ${count(parameterCount)} weights, ${bytes(files.reduce((sum, file) => sum + file.bytes, 0))} in all. It was compared and cleared away; the first command writes yours.`}
      table={{ head: ['file', 'bytes', 'what'], rows: files.map(({ name, bytes: size }) => [name, size, kindOf(name)]) }}
    >
      <ul className={styles.parts}>
        {grouped.map(({ kind, own }) => (
          <li key={kind}>
            <strong>{kind}</strong> · {bytes(own.reduce((sum, file) => sum + file.bytes, 0))}
            <span className={styles.body}>{own.map(({ name }) => name).join(', ')}</span>
          </li>
        ))}
      </ul>
      <div className={modes.mask}>
        <h3 className={modes.heading}>Onto two GPUs</h3>
        <ol className={styles.commands}>
          {commands.map(({ what, command }) => (
            <li key={command}>
              {what}
              <code>{command}</code>
            </li>
          ))}
        </ol>
      </div>
    </Frame>
  )
}
