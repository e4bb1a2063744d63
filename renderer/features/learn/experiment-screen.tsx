/**
 * One experiment: say what you expect, run it broken, look, mend it, run it mended. It is verified once the probe has told the
 * two forms apart; then comes what it means, and what to say of it in an interview.
 */
import { Button, CopyButton, Tabs, UnstyledButton } from '@mantine/core'
import { IconCheck, IconChevronLeft, IconChevronRight, IconCopy } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import type { ReactNode } from 'react'
import { experiments } from '../../lessons/course.ts'
import type { Experiment } from '../../lessons/lesson.ts'
import { widgets } from '../../lessons/widgets/index.tsx'
import { useLessonProgress } from '../../state/lesson-progress.ts'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { href } from '../../ui/route.ts'
import { asLines, CodeBlock } from './code-block.tsx'
import styles from './experiment-screen.module.css'
import { lineDiff } from './line-diff.ts'
import { LessonProse } from './prose.tsx'
import { RunBox } from './run-box.tsx'
import frame from './step-screen.module.css'
import { hasRun, useEvidence } from './use-evidence.ts'
import { VerdictBox } from './verdict-box.tsx'

export const experimentKey = (id: string): string => `experiment:${id}`

export function ExperimentScreen({ experiment }: { experiment: Experiment }) {
  const { progress, loaded, error } = useLessonProgress()
  const evidence = useEvidence([experiment.broken, experiment.fixed])
  const [tab, setTab] = useState<string | null>('probe')
  const [meaning, setMeaning] = useState<HTMLElement | null>(null)
  const key = experimentKey(experiment.id)
  const done = progress.steps[key]
  const predicted = progress.predictions[experiment.id]
  const brokenRan = hasRun(experiment.broken, evidence)
  const fixedRan = hasRun(experiment.fixed, evidence)
  const verdict = brokenRan && fixedRan ? experiment.check(evidence) : null
  const proven = done !== undefined || verdict?.met === true

  useEffect(() => {
    if (loaded) void useLessonProgress.getState().visit(key)
  }, [loaded, key])
  useEffect(() => {
    if (loaded && verdict?.met && done === undefined)
      void useLessonProgress.getState().complete(key, verdict.because.slice(0, 1000), { predicted: predicted?.answer ?? 'nothing' }, false)
  }, [loaded, verdict, done, key, predicted])

  const Widget = widgets[experiment.widget]
  return (
    <div className={frame.screen}>
      <header className={frame.header}>
        <p className={frame.where}>
          <a href={href('learn')}>Experiment {experiment.number}</a> of {experiments.length} ways to break DDP
        </p>
        <h1 className={frame.title}>{experiment.title}</h1>
      </header>
      {error && <ErrorNotice error={error} />}
      <div className={frame.columns}>
        <section className={frame.text} aria-label="The experiment">
          <LessonProse
            id={experiment.id}
            proven={proven}
            explainIn={meaning}
            between={
              <ol className={styles.stages}>
                <Stage number={1} title="Predict" done={predicted !== undefined}>
                  <Prediction experiment={experiment} answer={predicted?.answer ?? null} revealed={proven} />
                </Stage>
                <Stage number={2} title="Break it" done={brokenRan} waits={predicted === undefined ? 'Say first what you expect.' : null}>
                  <RunBox run={experiment.broken} again={brokenRan} quiet={brokenRan} onDone={() => setTab('probe')} />
                </Stage>
                <Stage
                  number={3}
                  title="Mend it, run it again"
                  done={fixedRan && brokenRan}
                  waits={brokenRan ? null : 'Break it first, and look.'}
                >
                  <RunBox run={experiment.fixed} again={fixedRan} quiet={fixedRan} onDone={() => setTab('probe')} />
                </Stage>
                {verdict && (
                  <li className={styles.verdict}>
                    <VerdictBox verdict={verdict} />
                  </li>
                )}
                {proven && tab !== 'meaning' && (
                  <li>
                    <Button size="xs" rightSection={<IconChevronRight size={14} aria-hidden />} onClick={() => setTab('meaning')}>
                      What it means, and what to say
                    </Button>
                  </li>
                )}
              </ol>
            }
          />
        </section>
        <Tabs value={tab} onChange={setTab} className={frame.seen} keepMounted={false}>
          <Tabs.List>
            <Tabs.Tab value="probe">What happened</Tabs.Tab>
            {experiment.code && <Tabs.Tab value="fix">The fault and its repair</Tabs.Tab>}
            <Tabs.Tab value="meaning">What it means</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="probe" className={frame.panel}>
            <Widget evidence={evidence} />
          </Tabs.Panel>
          {experiment.code && (
            <Tabs.Panel value="fix" className={frame.panel}>
              <Repair code={experiment.code} />
            </Tabs.Panel>
          )}
          <Tabs.Panel value="meaning" className={frame.panel}>
            <div className={styles.meaning}>
              {!proven && <p className={styles.waits}>You are reading ahead: your own run has not verified this yet.</p>}
              <div ref={setMeaning} />
              <Say text={experiment.say} />
            </div>
          </Tabs.Panel>
        </Tabs>
      </div>
      <ExperimentFooter experiment={experiment} />
    </div>
  )
}

interface StageProps {
  number: number
  title: string
  done: boolean
  /** What has to be done first; null: its turn has come. */
  waits?: string | null
  children: ReactNode
}

function Stage({ number, title, done, waits = null, children }: StageProps) {
  return (
    <li className={styles.stage} data-done={done || undefined} data-waits={waits !== null || undefined}>
      <span className={styles.number}>{done ? <IconCheck size={13} aria-label="done" /> : number}</span>
      <div className={styles.body}>
        <h2>{title}</h2>
        {waits === null ? children : <p className={styles.waits}>{waits}</p>}
      </div>
    </li>
  )
}

function Prediction({ experiment, answer, revealed }: { experiment: Experiment; answer: string | null; revealed: boolean }) {
  const { question, options, expected } = experiment.prediction
  const right = options[expected]!
  if (answer !== null) {
    return (
      <p className={styles.answer}>
        {question} <strong>You said: {answer}.</strong>
        {revealed && (answer === right ? ' That is what happened.' : ` What happened: ${right}.`)}
      </p>
    )
  }
  return (
    <fieldset className={styles.options}>
      <legend>{question}</legend>
      {options.map((option) => (
        <UnstyledButton
          key={option}
          className={styles.option}
          onClick={() => void useLessonProgress.getState().predict(experiment.id, option)}
        >
          {option}
        </UnstyledButton>
      ))}
    </fieldset>
  )
}

function Repair({ code }: { code: NonNullable<Experiment['code']> }) {
  const text = (regions: (typeof code)['broken']): string => regions.map((region) => region.text).join('\n\n')
  const onlyFault = code.fixed.length === 0
  const first = code.broken[0]!
  return (
    <div className={styles.repair}>
      <p>
        {onlyFault
          ? 'The very lines that break your ranks, each in its own arm; the healthy form is the same program without them.'
          : 'The very lines that your ranks ran: red in the broken form, green in the repaired one.'}
      </p>
      <CodeBlock
        title="The difference"
        from={`${first.path}, line ${first.line}`}
        language="typescript"
        lines={onlyFault ? asLines(text(code.broken)) : lineDiff(text(code.broken), text(code.fixed))}
      />
    </div>
  )
}

function Say({ text }: { text: string }) {
  return (
    <section className={styles.say} aria-label="In an interview">
      <h2>In an interview, say</h2>
      <p>“{text}”</p>
      <CopyButton value={text}>
        {({ copied, copy }) => (
          <Button
            size="compact-xs"
            variant="default"
            leftSection={copied ? <IconCheck size={13} aria-hidden /> : <IconCopy size={13} aria-hidden />}
            onClick={copy}
          >
            {copied ? 'Copied' : 'Copy'}
          </Button>
        )}
      </CopyButton>
    </section>
  )
}

function ExperimentFooter({ experiment }: { experiment: Experiment }) {
  const at = experiments.indexOf(experiment)
  const [before, after] = [experiments[at - 1], experiments[at + 1]]
  const { steps } = useLessonProgress((state) => state.progress)
  return (
    <nav className={frame.footer} aria-label="Experiments">
      {before ? (
        <a className={frame.move} href={href('learn', 'experiments', before.id)} data-key="previous" title={`${before.title} (key [)`}>
          <IconChevronLeft size={16} aria-hidden /> Previous
        </a>
      ) : (
        <span className={frame.move} />
      )}
      <ol className={frame.dots}>
        {experiments.map(({ id, number, title }) => (
          <li key={id}>
            <a
              href={href('learn', 'experiments', id)}
              className={frame.dot}
              data-done={experimentKey(id) in steps || undefined}
              aria-current={id === experiment.id ? 'step' : undefined}
              aria-label={`Experiment ${number}: ${title}${experimentKey(id) in steps ? ', verified' : ''}`}
              title={title}
            />
          </li>
        ))}
      </ol>
      <span className={frame.position}>
        {at + 1} of {experiments.length}
      </span>
      {after ? (
        <a className={frame.move} data-next href={href('learn', 'experiments', after.id)} data-key="next" title={`${after.title} (key ])`}>
          Next <IconChevronRight size={16} aria-hidden />
        </a>
      ) : (
        <a className={frame.move} data-next href={href('learn')}>
          All phases
        </a>
      )}
    </nav>
  )
}
