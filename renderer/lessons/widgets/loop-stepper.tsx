/** The five lines of the training loop, one at a time, with the numbers that a real batch gave. */
import { useState } from 'react'
import type { ReactNode } from 'react'
import type { Probe } from '../../../shared/domain/workbench.ts'
import type { Evidence } from '../evidence.ts'
import { firstProbe } from '../evidence.ts'
import { Frame, NotMeasured } from './parts/frame.tsx'
import { signed } from './parts/numbers.ts'
import { Stepper } from './parts/stepper.tsx'
import styles from './loop-stepper.module.css'

type Step = Probe<'baseline-step'>

interface Line {
  code: string
  words: (step: Step) => string
  show: (step: Step) => ReactNode
}

const lines: readonly Line[] = [
  {
    code: 'logits = model(batch)',
    words: ({ rows, labels }) => `Forward: ${rows.length} headlines became ${rows.length} × ${labels.length} scores.`,
    show: ({ rows, labels }) => (
      <NumberTable
        head={['headline', ...labels]}
        rows={rows.map(({ text, label, logits }) => ({
          name: text,
          cells: logits.map((score, index) => ({ text: signed(score), strong: labels[index] === label })),
        }))}
        note="Bold: the right class. The scores of an untrained model are all near zero."
      />
    ),
  },
  {
    code: 'loss = cross_entropy(logits, labels)',
    words: ({ loss }) => `Loss: minus the logarithm of the right class’s probability, on average ${loss.toFixed(4)}.`,
    show: ({ rows, labels }) => (
      <NumberTable
        head={['headline', 'right class', 'its probability', 'loss']}
        rows={rows.map(({ text, label, probabilities, loss }) => ({
          name: text,
          cells: [
            { text: label },
            { text: `${(probabilities[labels.indexOf(label)]! * 100).toFixed(1)} %` },
            { text: loss.toFixed(4), strong: true },
          ],
        }))}
        note="Guessing evenly among four classes costs ln 4 = 1.386."
      />
    ),
  },
  {
    code: 'loss.backward()',
    words: ({ gradNorm }) => `Backward: every parameter now has a gradient. All of them together have length ${gradNorm.toFixed(3)}.`,
    show: ({ gradients }) => (
      <NumberTable
        head={['parameter', 'shape', 'length', 'first values']}
        rows={gradients.map(({ name, shape, norm, values }) => ({
          name: name.replace('distilbert.', ''),
          cells: [
            { text: shape.join(' × ') },
            { text: norm.toFixed(4), strong: true },
            { text: values.slice(0, 4).map(signed).join('  ') },
          ],
        }))}
        note="A positive gradient: raising this parameter would raise the loss."
      />
    ),
  },
  {
    code: 'optimizer.step()',
    words: ({ loss, lossAfterUpdate }) =>
      `Step: each parameter moves against its gradient. The loss of the same batch goes from ${loss.toFixed(4)} to ${lossAfterUpdate.toFixed(4)}.`,
    show: ({ update }) => (
      <NumberTable
        head={[update.name, 'before', 'gradient', 'after', 'moved by']}
        rows={update.before.slice(0, 8).map((before, index) => ({
          name: `[${index}]`,
          cells: [
            { text: signed(before) },
            { text: signed(update.gradient[index]!) },
            { text: signed(update.after[index]!), strong: true },
            { text: (update.after[index]! - before).toExponential(1) },
          ],
        }))}
        note="AdamW’s first step has nearly the same size everywhere: only the gradient’s sign matters at first."
      />
    ),
  },
  {
    code: 'optimizer.zero_grad()',
    words: ({ withoutZeroGrad }) =>
      `Zero: gradients are cleared. Without it, the next backward pass would add to them: length ${withoutZeroGrad.normOnce.toFixed(4)} would become ${withoutZeroGrad.normTwice.toFixed(4)}.`,
    show: ({ withoutZeroGrad }) => (
      <NumberTable
        head={[withoutZeroGrad.name, 'after one backward', 'after two, not cleared']}
        rows={withoutZeroGrad.once.slice(0, 8).map((once, index) => ({
          name: `[${index}]`,
          cells: [{ text: signed(once) }, { text: signed(withoutZeroGrad.twice[index]!), strong: true }],
        }))}
        note="The same batch twice: exactly double."
      />
    ),
  },
]

export function LoopStepper({ evidence }: { evidence: Evidence }) {
  const step = firstProbe(evidence.result('baseline-step', 'measured'))
  const [at, setAt] = useState(0)
  if (!step) return <NotMeasured>You will walk through the five lines of the loop with the numbers of your own batch.</NotMeasured>
  const line = lines[at]!
  return (
    <Frame
      title="One step, by hand"
      hint={`line ${at + 1} of ${lines.length}`}
      summary={line.words(step)}
      controls={<Stepper at={at} count={lines.length} words="" onChange={setAt} />}
      table={{
        head: ['headline', 'label', ...step.labels.map((label) => `logit ${label}`), 'loss'],
        rows: step.rows.map(({ text, label, logits, loss }) => [text, label, ...logits, loss]),
      }}
    >
      <ol className={styles.lines}>
        {lines.map(({ code }, index) => (
          <li key={code}>
            <button type="button" className={styles.line} aria-current={index === at ? 'step' : undefined} onClick={() => setAt(index)}>
              <code>{code}</code>
            </button>
          </li>
        ))}
      </ol>
      {line.show(step)}
    </Frame>
  )
}

interface NumberTableProps {
  head: readonly string[]
  rows: readonly { name: string; cells: readonly { text: string; strong?: boolean }[] }[]
  note: string
}

function NumberTable({ head, rows, note }: NumberTableProps) {
  return (
    <>
      <table className={`lab-table ${styles.table}`}>
        <thead>
          <tr>
            {head.map((word, column) => (
              <th key={word} scope="col" className={column > 0 ? 'num' : undefined}>
                {word}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, cells }, row) => (
            <tr key={row}>
              <th scope="row" className={styles.name} title={name}>
                {name}
              </th>
              {cells.map(({ text, strong }, column) => (
                <td key={column} className="num" data-strong={strong || undefined}>
                  {text}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <p className={styles.note}>{note}</p>
    </>
  )
}
