/** The model as a rank holds it: its parts from input to output, each to be opened, with real shapes and counts. */
import { UnstyledButton } from '@mantine/core'
import { IconChevronRight } from '@tabler/icons-react'
import { useState } from 'react'
import type { Evidence } from '../evidence.ts'
import { firstProbe } from '../evidence.ts'
import { Frame, NotMeasured } from './parts/frame.tsx'
import styles from './model-explorer.module.css'

interface Parameter {
  name: string
  shape: readonly number[]
}
interface Part {
  title: string
  does: string
  parameters: Parameter[]
}

const countOf = ({ shape }: Parameter): number => shape.reduce((product, size) => product * size, 1)
const sumOf = (parameters: readonly Parameter[]): number => parameters.reduce((sum, parameter) => sum + countOf(parameter), 0)

/** What each kind of layer is for. */
function partOf(name: string): [title: string, does: string] {
  const layer = /layer\.(\d+)\./.exec(name)?.[1]
  if (layer !== undefined)
    return [`Transformer layer ${Number(layer) + 1}`, 'attention: tokens look at each other; then a small network works on each token']
  if (name.includes('embeddings')) return ['Embeddings', 'a vector for each token id, plus one for each position']
  return ['Classification head', 'the vector at [CLS] becomes one logit per class']
}

const meanings: [pattern: RegExp, meaning: string][] = [
  [/word_embeddings/, 'one row for each token of the vocabulary'],
  [/position_embeddings/, 'one row for each position in the text'],
  [/q_lin/, 'query: what a token asks the others'],
  [/k_lin/, 'key: what a token offers to be found by'],
  [/v_lin/, 'value: what it passes on'],
  [/out_lin/, 'mixes the heads’ answers'],
  [/lin1/, 'feed-forward, wider'],
  [/lin2/, 'feed-forward, back to the width'],
  [/layer_norm|LayerNorm/, 'keeps the numbers in a good range'],
  [/pre_classifier/, 'one more layer on [CLS]'],
  [/classifier/, 'a score for each class'],
]
const meaningOf = (name: string): string => meanings.find(([pattern]) => pattern.test(name))?.[1] ?? ''

export function ModelExplorer({ evidence }: { evidence: Evidence }) {
  const probe = firstProbe(evidence.result('buckets', 'measured'))
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set())
  if (!probe)
    return <NotMeasured>The model of a rank will be drawn here, layer by layer, with the shapes that it really has in memory.</NotMeasured>
  const parts: Part[] = []
  for (const parameter of probe.parameters) {
    const [title, does] = partOf(parameter.name)
    const part = parts.find((candidate) => candidate.title === title)
    if (part) part.parameters.push(parameter)
    else parts.push({ title, does, parameters: [parameter] })
  }
  const total = sumOf(probe.parameters)
  const toggle = (title: string): void => {
    const next = new Set(open)
    if (!next.delete(title)) next.add(title)
    setOpen(next)
  }
  return (
    <Frame
      title="The model, opened"
      hint="ids go in at the top, four logits come out at the bottom"
      summary={`${total.toLocaleString('en')} parameters in ${probe.parameters.length} tensors: ${((total * 4) / 1e6).toFixed(1)} MB of weights, and as much again for every gradient that a rank sends.`}
      table={{
        head: ['tensor', 'shape', 'parameters', 'what it does'],
        rows: probe.parameters.map((parameter) => [
          parameter.name,
          parameter.shape.join(' × '),
          countOf(parameter),
          meaningOf(parameter.name),
        ]),
      }}
    >
      <ol className={styles.parts}>
        {parts.map(({ title, does, parameters }) => {
          const count = sumOf(parameters)
          const isOpen = open.has(title)
          return (
            <li key={title} className={styles.part}>
              <UnstyledButton className={styles.head} aria-expanded={isOpen} onClick={() => toggle(title)}>
                <IconChevronRight size={15} aria-hidden data-open={isOpen || undefined} />
                <span className={styles.name}>
                  <strong>{title}</strong>
                  <span>{does}</span>
                </span>
                <span className={styles.count}>
                  {count.toLocaleString('en')}
                  <small>{((count / total) * 100).toFixed(1)} %</small>
                </span>
                <span className={styles.share} aria-hidden>
                  <span style={{ width: `${(count / total) * 100}%` }} />
                </span>
              </UnstyledButton>
              {isOpen && (
                <ul className={styles.tensors}>
                  {parameters.map((parameter) => (
                    <li key={parameter.name}>
                      <code>{parameter.name.replace(/^distilbert\.(transformer\.layer\.\d+\.|embeddings\.)?/, '')}</code>
                      <span className={styles.meaning}>{meaningOf(parameter.name)}</span>
                      <span className={styles.shape}>
                        {parameter.shape.length > 1 && `${parameter.shape.join(' × ')} = `}
                        {countOf(parameter).toLocaleString('en')}
                      </span>
                    </li>
                  ))}
                </ul>
              )}
            </li>
          )
        })}
      </ol>
    </Frame>
  )
}
